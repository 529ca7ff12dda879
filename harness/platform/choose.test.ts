import { describe, expect, it } from 'vitest';
import { choosePlatform } from './choose.ts';

const nowhere = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

describe('choosePlatform', () => {
  it('takes local for auto where no engine answers, and says how to get the other', async () => {
    const { description } = await choosePlatform({ environment: nowhere });
    expect(description).toMatchObject({ id: 'local', requested: 'auto' });
    expect(description.why).toContain('unix:///nowhere/docker.sock');
    expect(description.why).toContain('npm run images');
  });

  it('takes local when it is asked for', async () => {
    const { description, capabilities } = await choosePlatform({ requested: 'local', environment: nowhere });
    expect(description).toMatchObject({ id: 'local', requested: 'local' });
    expect(capabilities.quotas.present).toBe(false);
    expect(capabilities.qdrant.present).toBe(false);
  });

  it('knows a real Qdrant by its variable', async () => {
    const { capabilities } = await choosePlatform({ requested: 'local', environment: { RAG_TESTBED_QDRANT_BIN: '/opt/qdrant' } });
    expect(capabilities.qdrant.present).toBe(true);
  });

  it('refuses Docker where no engine answers, instead of taking another platform', async () => {
    await expect(choosePlatform({ requested: 'docker', environment: nowhere })).rejects.toMatchObject({
      code: 'engine_absent',
      exitCode: 75,
      message: expect.stringContaining('/nowhere/docker.sock'),
      hint: expect.stringContaining('--platform local'),
    });
  });

  it('refuses others with the nearest name', async () => {
    await expect(choosePlatform({ requested: 'lokal' })).rejects.toMatchObject({
      exitCode: 64,
      hint: expect.stringContaining('did you mean "local"?'),
    });
  });
});
