import { describe, expect, it } from 'vitest';
import { choosePlatform } from './choose.ts';

describe('choosePlatform', () => {
  it('takes local for auto and does not claim to have looked for Docker', () => {
    const choice = choosePlatform();
    expect(choice).toMatchObject({ id: 'local', requested: 'auto' });
    expect(choice.why).toContain('Docker was not looked for');
  });

  it('takes local when it is asked for', () => {
    expect(choosePlatform('local')).toMatchObject({ id: 'local', requested: 'local' });
  });

  it('refuses others with the nearest name', () => {
    expect(() => choosePlatform('lokal')).toThrow(
      expect.objectContaining({ exitCode: 64, hint: expect.stringContaining('did you mean "local"?') }),
    );
    expect(() => choosePlatform('docker')).toThrow(/"docker" is not a platform/);
  });
});
