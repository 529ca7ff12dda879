import { open, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Makes renames, new files and deletions in a folder survive a loss of power. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces a file as a whole: after a crash it has either its old or its new content. */
export async function writeFileAtomically(file: string, content: string | Buffer): Promise<void> {
  const temporary = `${file}.tmp`;
  await writeFile(temporary, content, { flush: true });
  await rename(temporary, file);
  await syncDirectory(path.dirname(file));
}
