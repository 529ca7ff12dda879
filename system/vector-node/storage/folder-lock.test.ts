import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FolderLockedError, lockFile, lockFolder } from './folder-lock.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rag-testbed-lock-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('keeps a second one out until the first has given the folder back', async () => {
  const release = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow(new RegExp(`in use by the vector node with pid ${process.pid}`));
  await release();
  const again = await lockFolder(folder);
  await again();
});

it('takes over from a process that was killed', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(child, 'spawn');
  await writeFile(path.join(folder, lockFile), `${child.pid} 1\n`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await lockFolder(folder);
  expect(await readFile(path.join(folder, lockFile), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
});

it('does not take a stranger with the same pid for the owner', async () => {
  await writeFile(path.join(folder, lockFile), `${process.pid} 1\n`);
  await lockFolder(folder);
});

it('takes a lock that a crash left empty', async () => {
  await writeFile(path.join(folder, lockFile), '');
  await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toBeInstanceOf(FolderLockedError);
});

it('lets one of many in', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, async () => lockFolder(folder)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});
