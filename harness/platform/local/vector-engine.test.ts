import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { embeddedRedis, executableNamedBy, qdrantVariable, redisExecutable, redisVariable } from './vector-engine.ts';

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

describe('redisExecutable', () => {
  it('is what the variable names, else redis-server in PATH, else nothing; nothing where the embedded node is asked for', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rag-testbed-path-'));
    await using _removed = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
    expect(redisExecutable({ PATH: folder })).toBeUndefined();
    await writeFile(join(folder, 'redis-server'), '#!/bin/sh\n', { mode: 0o755 });
    expect(redisExecutable({ PATH: `/nowhere:${folder}` })).toBe(join(folder, 'redis-server'));
    expect(redisExecutable({ PATH: folder, [redisVariable]: embeddedRedis })).toBeUndefined();
    expect(redisExecutable({ PATH: folder, [redisVariable]: process.execPath })).toBe(process.execPath);
    expect(() => redisExecutable({ PATH: folder, [redisVariable]: '/nowhere/redis' })).toThrow(`${redisVariable} is "/nowhere/redis"`);
  });
});
