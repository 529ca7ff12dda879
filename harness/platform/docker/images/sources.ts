import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { filesBelow } from './image-tree.ts';
import { projectVersion } from './names.ts';

/** The folder that holds package.json. */
export const projectRoot = fileURLToPath(new URL('../../../../', import.meta.url));

/** Rooms of what proves a process and measures it, which need packages that only developers have. */
const provingRooms = ['testing', 'bench', 'conformance', 'durability', 'fuzz'];

/** What runs, without what tests it. */
function isShipped(path: string): boolean {
  return !path.endsWith('.test.ts') && !path.split('/').some((folder) => provingRooms.includes(folder));
}

/** The files of `system/` that an image holds, relative to the project. */
export async function systemSources(root = projectRoot): Promise<string[]> {
  return (await filesBelow(`${root}system`)).filter(isShipped).map((path) => `system/${path}`);
}

/** The files that decide how an image is made, relative to the project. */
async function recipes(root: string): Promise<string[]> {
  const folder = 'harness/platform/docker/images';
  return ['Dockerfile', ...(await filesBelow(`${root}${folder}`)).filter(isShipped).map((path) => `${folder}/${path}`)];
}

/**
 * SHA-256 over all that decides what is inside our images: `system/` without its tests, the lock file, which also pins Node,
 * the project's version, and the recipes. Two checkouts with the same sources have the same hash.
 */
export async function sourcesHash(root = projectRoot): Promise<string> {
  const hash = createHash('sha256').update(await projectVersion());
  const files = ['package-lock.json', ...(await recipes(root)), ...(await systemSources(root))];
  const contents = await Promise.all(files.map((file) => readFile(root + file)));
  for (const [at, file] of files.entries()) {
    // Lengths keep one file's end from passing as the next one's start.
    hash.update(`\0${file}\0${contents[at]?.length}\0`).update(contents[at] ?? '');
  }
  return hash.digest('hex');
}
