import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { Failure } from '../../contract/failure.ts';

/** One variant needs about 150 MB: the cluster's template and copy, its write-ahead log, the vectors and the logs. */
const requiredBytes = 500_000_000;
const bytesPerMegabyte = 1_000_000;

/** Where the parts of one variant keep what they write. */
export interface VariantDirectories {
  /** Shared by the variants of the run. */
  readonly state: string;
  readonly variantState: string;
  readonly logs: string;
}

export function variantDirectories(runDirectory: string, variant: string): VariantDirectories {
  const state = join(runDirectory, 'state');
  return { state, variantState: join(state, variant), logs: join(runDirectory, 'logs', variant) };
}

/** @throws Failure `environment` (75) when there is less room than a run needs. */
export function requireRoom(directory: string, freeBytes: number): void {
  if (freeBytes < requiredBytes) {
    const megabytes = Math.floor(freeBytes / bytesPerMegabyte);
    throw new Failure(
      'environment',
      'disk_full',
      `${directory} has ${megabytes} MB left, ${requiredBytes / bytesPerMegabyte} MB are needed`,
      {
        hint: 'free some space, or write the run to another disk',
      },
    );
  }
}

/**
 * Makes the folders of a variant, empty of state from an earlier start.
 * @throws Failure `environment` (75) when the run folder cannot be written or its disk is nearly full.
 */
export async function prepareVariantDirectories(runDirectory: string, variant: string): Promise<VariantDirectories> {
  if (!isAbsolute(runDirectory)) {
    throw new Failure('internal', 'relative_run_directory', `the run folder "${runDirectory}" is not an absolute path`);
  }
  const directories = variantDirectories(runDirectory, variant);
  try {
    await mkdir(directories.logs, { recursive: true });
    await rm(directories.variantState, { recursive: true, force: true });
    await mkdir(directories.variantState, { recursive: true, mode: 0o700 });
    // Asking for permission is not enough: root has it even on a disk that was mounted read-only.
    const probe = join(directories.variantState, 'writable');
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    throw new Failure('environment', 'run_directory_not_writable', `the run folder cannot be written: ${String(error)}`, {
      hint: `make ${runDirectory} writable, or write the run elsewhere`,
      cause: error,
    });
  }
  const { bavail, bsize } = await statfs(runDirectory);
  requireRoom(runDirectory, bavail * bsize);
  return directories;
}
