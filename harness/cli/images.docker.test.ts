import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageRoles } from '../platform/docker/images/names.ts';
import { programNamed } from '../platform/docker/images/programs.ts';
import { leftOut, standInLack } from '../platform/docker/testing/available.ts';

const lack = await standInLack();
const entry = new URL('images.ts', import.meta.url).pathname;
let folder = '';
/** Everything that a stand-in is made with but a server. */
const tools = ['sh', 'bash', 'tar', 'ldd', 'cat', 'ls', 'mkdir', 'chmod', 'rm', 'id', 'env', 'sleep', 'awk', 'grep'];

function start(words: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [entry, ...words], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

describe.skipIf(lack !== undefined)(`npm run images${leftOut(lack)}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'images-cli-'));
    for (const tool of tools) {
      await symlink(programNamed(tool, []), join(folder, tool));
    }
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('leaves an image for each role, and says how it was made', async () => {
    const { code, stdout } = await ended(start(['--stand-ins', '--json']));
    const { images, failed } = JSON.parse(stdout) as { images: { role: string; standIn: boolean; sizeBytes: number }[]; failed: unknown[] };
    expect({ code, failed }).toEqual({ code: 0, failed: [] });
    expect(images.map(({ role }) => role)).toEqual([...imageRoles]);
    expect(images.every(({ standIn, sizeBytes }) => standIn && sizeBytes > 0)).toBe(true);
  });

  it('ends with 75 where a server is missing, names the package, and prepares the others', async () => {
    const { code, stdout, stderr } = await ended(start(['--stand-ins', '--only', 'redis,system'], { PATH: folder }));
    expect(code).toBe(75);
    expect(stderr).toContain('error program_missing: redis-server is not on this machine');
    expect(stderr).toContain('hint: sudo apt-get install -y --no-install-recommends redis-server');
    expect(stdout).toMatch(/^system +rag-testbed\/system-stand-in:/m);
    expect(stdout).not.toMatch(/^redis/m);
  });

  it('ends with 75 without an engine', async () => {
    const { code, stderr } = await ended(start(['--stand-ins'], { DOCKER_HOST: `unix://${folder}/no.sock` }));
    expect(code).toBe(75);
    expect(stderr).toContain('error engine_absent');
    expect(stderr).toContain('hint: install and start Docker');
  });

  it('ends with 130 on Ctrl-C in the middle of a build and leaves no files', async () => {
    const child = start(['--stand-ins', '--force', '--only', 'system'], { TMPDIR: folder });
    const outcome = ended(child);
    child.stderr?.once('data', () => child.kill('SIGINT'));
    const { code, stdout, stderr } = await outcome;
    expect(stderr).toMatch(/^building [^\n]+\ninterrupted by SIGINT: stopping\n$/);
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect((await readdir(folder)).filter((name) => name.startsWith('rag-testbed-image-'))).toEqual([]);
  });
});
