import path from 'node:path';
import type { Logger } from 'pino';
import type { Collection } from '../collection.ts';
import { type CheckpointDescription, readDescription, readOperations } from './checkpoint-file.ts';
import { type Disk, unfinished, writeAside } from './disk.ts';
import { createFileHeader, readFileHeader } from './frame.ts';
import { applyRecord, CorruptFileError, type FramesEnd } from './read-frames.ts';
import { type ReplayedLog, replayLog } from './replay.ts';
import { type EmptyLog, WriteAheadLog } from './write-ahead-log.ts';

export const logName = (generation: number) => `log-${generation}`;
export const checkpointName = (generation: number) => `checkpoint-${generation}`;

/** What was read to bring a collection back. */
export interface Restored {
  readonly checkpointPoints: number;
  readonly checkpointBytes: number;
  readonly logRecords: number;
  readonly logBytes: number;
}

export interface OpenedFiles {
  readonly log: WriteAheadLog;
  /** The number of the log that is written on. */
  readonly generation: number;
  /** The number of the oldest files. */
  readonly oldest: number;
  readonly restored: Restored;
}

/** Makes the files of an empty collection in a folder, which the caller syncs. */
export async function initialiseFiles(disk: Disk, directory: string): Promise<void> {
  await writeAside(disk, path.join(directory, logName(0)), createFileHeader('log'));
}

/** A log without frames under a temporary name; its header is on the disk. */
export async function prepareLog(disk: Disk, file: string): Promise<EmptyLog> {
  const header = createFileHeader('log');
  const temporary = `${file}${unfinished}`;
  try {
    const handle = await disk.create(temporary);
    try {
      await handle.write([header], 0);
      await handle.sync();
    } catch (error) {
      await handle.close();
      throw error;
    }
    return { path: file, file: handle, salt: readFileHeader('log', header) as number };
  } catch (error) {
    await disk.remove(temporary);
    throw error;
  }
}

/** Numbers of the files of one kind, ascending. */
function generationsOf(names: readonly string[], kind: 'log' | 'checkpoint'): number[] {
  const pattern = new RegExp(`^${kind}-(\\d+)$`);
  return names
    .map((name) => pattern.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((left, right) => left - right);
}

/** Applies a checkpoint to an empty collection; between frames others may run, because a node that serves may do this too. */
async function restoreCheckpoint(file: string, disk: Disk, collection: Collection): Promise<CheckpointDescription & { bytes: number }> {
  using source = disk.source(file);
  const description = readDescription(file, source);
  for (const frame of readOperations(file, source)) {
    for (const record of frame.records) {
      applyRecord(file, frame, () => collection.replay(record));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (collection.segment.pointCount !== description.points) {
    throw new CorruptFileError(file, 0, `it has ${collection.segment.pointCount} points of ${description.points}`);
  }
  collection.continueAfter(description.lastOperationId);
  return { ...description, bytes: source.size };
}

/**
 * Reads the newest checkpoint and the logs from its number on, drops a torn tail of the last log, and opens it for writing. What a crash
 * left of older generations and of unfinished files is removed. Throws {@link CorruptFileError} when anything is damaged or missing.
 */
export async function openFiles(directory: string, collection: Collection, disk: Disk, logger: Logger): Promise<OpenedFiles> {
  const names = await disk.list(directory);
  const checkpoint = generationsOf(names, 'checkpoint').at(-1);
  const first = checkpoint ?? 0;
  const logs = generationsOf(names, 'log').filter((generation) => generation >= first);
  const last = Math.max(first, logs.at(-1) ?? first);
  const missing = Array.from({ length: last - first + 1 }, (_, index) => first + index).find((generation) => !logs.includes(generation));
  if (missing !== undefined) {
    throw new CorruptFileError(path.join(directory, logName(missing)), 0, 'it is missing');
  }
  const restoring =
    checkpoint === undefined ? undefined : await restoreCheckpoint(path.join(directory, checkpointName(checkpoint)), disk, collection);
  const tally = { records: 0, bytes: 0 };
  let nextSequence = restoring?.nextFrame ?? 0;
  let replayed: ReplayedLog | undefined;
  for (const generation of logs) {
    const file = path.join(directory, logName(generation));
    replayed = await replayFile(file, disk, logger, nextSequence, collection, generation === last);
    nextSequence = replayed.nextSequence;
    tally.records += replayed.records;
    tally.bytes += replayed.end;
  }
  await removeLeftovers(directory, names, first, disk);
  const log = new WriteAheadLog(await disk.open(path.join(directory, logName(last))), replayed as FramesEnd);
  return {
    log,
    generation: last,
    oldest: first,
    restored: {
      checkpointPoints: restoring?.points ?? 0,
      checkpointBytes: restoring?.bytes ?? 0,
      logRecords: tally.records,
      logBytes: tally.bytes,
    },
  };
}

/** A log got its successor only when it was whole and on the disk, so only the last one may have a torn tail. */
async function replayFile(file: string, disk: Disk, logger: Logger, firstSequence: number, collection: Collection, isLast: boolean) {
  using source = disk.source(file);
  const replayed = replayLog(file, source, firstSequence, (record) => collection.replay(record));
  const droppedBytes = source.size - replayed.end;
  if (droppedBytes > 0) {
    if (!isLast) {
      throw new CorruptFileError(file, replayed.end, `frame ${replayed.nextSequence} is damaged although a later log follows`);
    }
    logger.warn({ file, offset: replayed.end, droppedBytes }, 'dropped the torn tail of the log, which was never acknowledged');
    const handle = await disk.open(file);
    try {
      await handle.truncate(replayed.end);
    } finally {
      await handle.close();
    }
  }
  return replayed;
}

async function removeLeftovers(directory: string, names: readonly string[], first: number, disk: Disk): Promise<void> {
  const isOld = (kind: 'log' | 'checkpoint', name: string) => generationsOf([name], kind).some((generation) => generation < first);
  for (const name of names) {
    if (name.endsWith(unfinished) || isOld('log', name) || isOld('checkpoint', name)) {
      await disk.remove(path.join(directory, name));
    }
  }
}
