import { mkdir, readdir, realpath, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../contract/failure.ts';

/** The folders of one run; see the README for what each holds. */
export interface RunFolder {
  readonly root: string;
  readonly logs: string;
  readonly histograms: string;
  readonly steps: string;
}

/** `<scenario>-<UTC time>-<4 random letters>`; sorts by time and is unique enough for two runs in one second. */
export function newRunId(scenario: string, now: Date, random: () => number = Math.random): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const suffix = Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return `${scenario.slice(0, 40)}-${stamp}-${suffix}`;
}

/** Like `mkdir -p`. Node's own recursive form never returns where the system says ENOENT below a folder that exists, as /proc does. */
async function createWithParents(directory: string): Promise<void> {
  const present = await stat(directory).then(
    () => true,
    () => false,
  );
  if (!present) {
    await createWithParents(path.dirname(directory));
    await mkdir(directory);
  }
}

/**
 * Creates a folder for results. One that already holds something is refused (exit 78): two runs must not mix their
 * files. A place that cannot be written is exit 75. Returns its real path.
 */
export async function createEmptyFolder(directory: string): Promise<string> {
  return writable(directory, async () => {
    await createWithParents(directory);
    const root = await realpath(directory);
    const present = await readdir(root);
    if (present.length > 0) {
      throw new Failure('configuration', 'output_not_empty', `the output folder ${root} already holds ${present.length} entries`, {
        hint: 'name an empty or new folder with --out',
      });
    }
    return root;
  });
}

/** Creates the run's folder with its parts; refuses what `createEmptyFolder` refuses. */
export async function createRunFolder(directory: string): Promise<RunFolder> {
  const root = await createEmptyFolder(directory);
  return writable(directory, async () => {
    const folder = { root, logs: path.join(root, 'logs'), histograms: path.join(root, 'histograms'), steps: path.join(root, 'steps') };
    await Promise.all([mkdir(folder.logs), mkdir(folder.histograms), mkdir(folder.steps)]);
    // The folder is written to before anything starts, so that a full disk is met now and not after ten minutes.
    await writeFile(path.join(root, 'events.jsonl'), '');
    return folder;
  });
}

async function writable<T>(directory: string, create: () => Promise<T>): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (error instanceof Failure) {
      throw error;
    }
    throw new Failure(
      'environment',
      'output_not_writable',
      `the output folder ${directory} cannot be written: ${(error as Error).message}`,
      {
        hint: 'free disk space or name another folder with --out',
        cause: error,
      },
    );
  }
}
