import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresFolder, programNamed, versionOf } from './programs.ts';

let folder = '';
const program = async (path: string, text: string) => {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'programs-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('programNamed', () => {
  it('keeps a link, because some programs go by the name they are called', async () => {
    await program(join(folder, 'bin/real'), 'true');
    await symlink('real', join(folder, 'bin/called'));
    expect(programNamed('called', [], { PATH: join(folder, 'bin') })).toBe(join(folder, 'bin/called'));
  });

  it('passes over what cannot be run, and names the packages that bring what is missing', async () => {
    await mkdir(join(folder, 'other/no-such-program'), { recursive: true });
    expect(() => programNamed('no-such-program', ['redis-server'], { PATH: join(folder, 'other') })).toThrow(
      expect.objectContaining({
        code: 'program_missing',
        exitCode: 75,
        hint: 'sudo apt-get install -y --no-install-recommends redis-server',
      }),
    );
  });
});

describe('postgresFolder', () => {
  it('takes the newest major version that is complete', async () => {
    const root = join(folder, 'postgresql');
    for (const major of ['9', '15', '17']) {
      for (const name of ['postgres', 'initdb', 'psql']) {
        await program(join(root, major, 'bin', name), 'true');
      }
    }
    await program(join(root, '18/bin/psql'), 'true');
    expect(postgresFolder(root)).toBe(join(root, '17'));
  });

  it('says what to install where there is none', () => {
    expect(() => postgresFolder(join(folder, 'nowhere'))).toThrow(
      expect.objectContaining({ exitCode: 75, hint: 'sudo apt-get install -y --no-install-recommends postgresql' }),
    );
  });
});

describe('versionOf', () => {
  it('reads a version, and refuses one that is too old or none at all', async () => {
    const path = join(folder, 'server');
    await program(path, 'echo "Redis server v=7.0.15 sha=0"');
    expect(await versionOf(path, /v=([\d.]+)/, '7.0')).toEqual({ path, version: '7.0.15' });
    await expect(versionOf(path, /v=([\d.]+)/, '7.2')).rejects.toMatchObject({ code: 'program_too_old', exitCode: 75 });
    await expect(versionOf(path, /version ([\d.]+)/, '7.0')).rejects.toMatchObject({ code: 'program_version_unknown' });
  });
});
