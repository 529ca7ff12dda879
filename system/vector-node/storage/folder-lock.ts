import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Name of the file in the storage folder that says which process has it. */
export const lockFile = 'lock';
const attempts = 5;
/** A lock that is being written is read again. */
const readAgainMs = 20;

/** Clock ticks from boot to the start of a process: with the pid it names a process for ever. Empty where there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Says that another node has the folder. */
export class FolderLockedError extends Error {
  override readonly name = 'FolderLockedError';
}

/**
 * Takes a storage folder for this process, so that a second node started on it by mistake refuses instead of writing into the same
 * logs. The lock of a process that has ended, however it ended, is taken over. Answers how to give the folder back.
 * @throws {@link FolderLockedError} with the pid of the node that has it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, lockFile);
  const mine = `${process.pid} ${startOf(process.pid)}\n`;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      const handle = await open(file, 'wx');
      await handle.writeFile(mine);
      await handle.close();
      return async () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
    }
    const held = await readFile(file, 'utf8').catch(() => '');
    const [pid, started = ''] = held.trim().split(' ');
    if (pid === undefined || pid === '') {
      await delay(readAgainMs);
      continue;
    }
    if (isAlive(Number(pid)) && startOf(Number(pid)) === started) {
      throw new FolderLockedError(
        `${folder} is in use by the vector node with pid ${pid}; give this one a folder of its own, or end the other`,
      );
    }
    // Aside first: of two that take over at once, only one finds the file to rename.
    const aside = `${file}-of-${pid}-${process.pid}`;
    await rename(file, aside).catch(() => undefined);
    await rm(aside, { force: true });
  }
  // Nobody alive holds it, and it cannot be read either.
  await writeFile(file, mine);
  return async () => rm(file, { force: true });
}
