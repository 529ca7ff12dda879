import { describe, expect, it } from 'vitest';
import { executableNamedBy, qdrantVariable, redisVariable } from './vector-engine.ts';

describe('executableNamedBy', () => {
  it('is undefined when the variable is unset or empty', () => {
    expect(executableNamedBy(qdrantVariable, {})).toBeUndefined();
    expect(executableNamedBy(qdrantVariable, { [qdrantVariable]: '' })).toBeUndefined();
  });

  it('finds a path, and a name in PATH', () => {
    expect(executableNamedBy(qdrantVariable, { [qdrantVariable]: process.execPath })).toBe(process.execPath);
    expect(executableNamedBy(redisVariable, { [redisVariable]: 'sh', PATH: '/nowhere::/bin' })).toBe('/bin/sh');
  });

  it.each([
    ['a missing file', '/nowhere/qdrant'],
    ['a folder', '/'],
    ['a file that is not executable', import.meta.filename],
    ['a name that is not in PATH', 'no-such-qdrant'],
  ])('refuses %s with the variable and the value', (_what, value) => {
    expect(() => executableNamedBy(qdrantVariable, { [qdrantVariable]: value, PATH: '/bin' })).toThrow(
      expect.objectContaining({
        exitCode: 75,
        code: 'not_executable',
        message: expect.stringContaining(`${qdrantVariable} is "${value}"`),
      }),
    );
  });
});
