import { chmod, constants, copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** One file or directory of an image; `target` is its path below the root, without a leading slash. */
export type TreeEntry = { readonly target: string; readonly mode?: number } & (
  | { readonly copyOf: string }
  | { readonly text: string }
  | { readonly kind: 'directory' }
);

const executableBits = 0o111;
const filesAtOnce = 32;

async function writeEntry(root: string, entry: TreeEntry): Promise<void> {
  const path = join(root, entry.target);
  if ('kind' in entry) {
    await mkdir(path, { recursive: true });
    await chmod(path, entry.mode ?? 0o755);
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  if ('text' in entry) {
    await writeFile(path, entry.text);
    await chmod(path, entry.mode ?? 0o644);
    return;
  }
  await copyFile(entry.copyOf, path, constants.COPYFILE_FICLONE);
  const executable = ((await stat(entry.copyOf)).mode & executableBits) !== 0;
  // Whoever runs the image is not whoever built it: everything may be read by everybody.
  await chmod(path, entry.mode ?? (executable ? 0o755 : 0o644));
}

/** Writes the entries below `root`; links are followed, so that what arrives stands on its own. */
export async function writeTree(root: string, entries: readonly TreeEntry[]): Promise<void> {
  for (let at = 0; at < entries.length; at += filesAtOnce) {
    await Promise.all(entries.slice(at, at + filesAtOnce).map((entry) => writeEntry(root, entry)));
  }
}

async function leadsToFile(link: string): Promise<boolean> {
  try {
    return (await stat(link)).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return false;
    }
    throw error;
  }
}

/**
 * Every file below `directory` by its path relative to it, sorted; `enter` decides which directories are looked into. Links to
 * nothing, and to directories, which would be copied a second time, are left out.
 */
export async function filesBelow(directory: string, enter: (path: string) => boolean = () => true): Promise<string[]> {
  const walk = async (path: string): Promise<string[]> => {
    const found = await readdir(join(directory, path), { withFileTypes: true });
    const nested = await Promise.all(
      found.map(async (entry) => {
        const child = path === '' ? entry.name : `${path}/${entry.name}`;
        if (entry.isDirectory()) {
          return enter(child) ? await walk(child) : [];
        }
        return entry.isSymbolicLink() && !(await leadsToFile(join(directory, child))) ? [] : [child];
      }),
    );
    return nested.flat();
  };
  return (await walk('')).sort();
}
