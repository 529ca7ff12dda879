import path from 'node:path';
import type { Logger } from 'pino';
import type { Collection } from '../collection.ts';
import { notFound, storageFailed } from '../errors.ts';
import { freeBytes } from '../memory.ts';
import { CheckpointWriter } from './checkpoint-file.ts';
import { checkpointName, logName, type OpenedFiles, openFiles, prepareLog, type Restored } from './collection-files.ts';
import { type Disk, unfinished } from './disk.ts';
import { FrozenCollection } from './frozen-collection.ts';
import { type EmptyLog, NameInDoubtError, type WriteAheadLog } from './write-ahead-log.ts';

export interface StoreOptions {
  readonly disk: Disk;
  readonly logger: Logger;
  /** A checkpoint is written when the logs since the last one hold this much, or as much as the last one, whichever is more. */
  readonly checkpointLogBytes: number;
}

/** A file of a collection's state that was written. */
export interface WrittenState {
  readonly sizeBytes: number;
  /** SHA-256 of the file in lower-case hex. */
  readonly sha256: string;
}

class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

/**
 * The files of one collection: `checkpoint-<n>` is its state at one instant, `log-<n>` and the logs after it are the writes since. A
 * checkpoint begins by going on in `log-<n+1>`; it counts from when it has its name, and what came before is then removed. So a start
 * reads at most the newest checkpoint and the logs from its number on. See docs/adr/0009-checkpoints.md.
 */
export class CollectionStore {
  readonly directory: string;
  readonly restored: Restored;
  readonly #collection: Collection;
  readonly #options: StoreOptions;
  readonly #log: WriteAheadLog;
  #generation: number;
  /** The oldest generation of which files may be there. */
  #oldest: number;
  /** In the logs before the current one since the last checkpoint. */
  #olderLogBytes: number;
  #checkpointAtBytes: number;
  #checkpointing = false;
  #stopping = false;
  #lastTask: Promise<unknown> = Promise.resolve();

  private constructor(directory: string, collection: Collection, options: StoreOptions, opened: OpenedFiles) {
    this.directory = directory;
    this.#collection = collection;
    this.#options = options;
    this.#log = opened.log;
    this.#generation = opened.generation;
    this.#oldest = opened.oldest;
    this.restored = opened.restored;
    this.#olderLogBytes = opened.restored.logBytes - opened.log.sizeBytes;
    this.#checkpointAtBytes = Math.max(options.checkpointLogBytes, opened.restored.checkpointBytes);
  }

  /** Reads a collection back into an empty one, and lets it write from then on. Throws {@link CorruptFileError} when its files are damaged. */
  static async open(directory: string, collection: Collection, options: StoreOptions): Promise<CollectionStore> {
    const opened = await openFiles(directory, collection, options.disk, options.logger);
    const store = new CollectionStore(directory, collection, options, opened);
    collection.writeTo(store);
    store.#checkpointWhenDue();
    return store;
  }

  get isCheckpointing(): boolean {
    return this.#checkpointing;
  }

  /** Resolves when the record is on the disk; see {@link WriteAheadLog.append}. */
  async append(record: Buffer, onDurable: () => void): Promise<void> {
    await this.#log.append(record, onDurable);
    this.#checkpointWhenDue();
  }

  #checkpointWhenDue(): void {
    const bytes = this.#olderLogBytes + this.#log.sizeBytes;
    if (bytes < this.#checkpointAtBytes || this.#checkpointing || this.#stopping) {
      return;
    }
    this.#checkpointing = true;
    this.#inTurn(() => this.#tryCheckpoint())
      .catch((error: unknown) => {
        // Only closing ends it before it began.
        this.#options.logger.debug({ err: error, directory: this.directory }, 'no checkpoint');
      })
      .finally(() => {
        this.#checkpointing = false;
      });
  }

  async #tryCheckpoint(): Promise<void> {
    const startedAtMs = performance.now();
    const { logger } = this.#options;
    try {
      const bytes = await this.#checkpoint();
      const durationMs = Math.round(performance.now() - startedAtMs);
      logger.info({ collection: this.#collection.name, generation: this.#generation, bytes, durationMs }, 'wrote a checkpoint');
    } catch (error) {
      this.#checkpointAtBytes = this.#olderLogBytes + this.#log.sizeBytes + this.#options.checkpointLogBytes;
      if (!(error instanceof StoppedError)) {
        logger.warn(
          { err: error, directory: this.directory },
          'could not write a checkpoint; the log goes on and the next attempt follows',
        );
      }
    }
  }

  async #checkpoint(): Promise<number> {
    const { disk } = this.#options;
    const generation = this.#generation + 1;
    const prepared = await prepareLog(disk, path.join(this.directory, logName(generation)));
    const { frozen, closing } = await this.#goOnIn(prepared, generation);
    const coveredLogBytes = this.#olderLogBytes;
    let sizeBytes: number;
    try {
      ({ sizeBytes } = await this.#writeState(frozen, path.join(this.directory, checkpointName(generation)), { hashed: false }));
    } finally {
      await closing.close();
    }
    this.#olderLogBytes -= coveredLogBytes;
    this.#checkpointAtBytes = Math.max(this.#options.checkpointLogBytes, sizeBytes);
    for (; this.#oldest < generation; this.#oldest += 1) {
      await disk.remove(path.join(this.directory, checkpointName(this.#oldest)));
      await disk.remove(path.join(this.directory, logName(this.#oldest)));
    }
    return sizeBytes;
  }

  /** Lets the log go on in a prepared file and freezes the state at that instant. */
  async #goOnIn(prepared: EmptyLog, generation: number) {
    const { disk } = this.#options;
    const temporary = prepared.file.path;
    try {
      return await this.#log.rotate(
        async () => {
          await disk.rename(temporary, prepared.path);
          try {
            await disk.syncDirectory(this.directory);
          } catch (error) {
            throw new NameInDoubtError(prepared.path, error);
          }
          return prepared;
        },
        (closing, closedBytes) => {
          this.#generation = generation;
          this.#olderLogBytes += closedBytes;
          return { frozen: new FrozenCollection(this.#collection, this.#log.nextSequence), closing };
        },
      );
    } catch (error) {
      await prepared.file.close();
      if (!(error instanceof NameInDoubtError)) {
        await disk.remove(temporary);
      }
      throw error;
    }
  }

  /** Writes the state as it is now to a file, while writes go on; the file is there whole, or not at all. */
  async writeSnapshot(file: string): Promise<WrittenState> {
    try {
      // A snapshot has no log after it.
      return await this.#inTurn(() => this.#writeState(new FrozenCollection(this.#collection, 0), file, { hashed: true }));
    } catch (error) {
      throw error instanceof StoppedError ? notFound(`Collection \`${this.#collection.name}\` doesn't exist!`) : storageFailed(file, error);
    }
  }

  async #writeState(frozen: FrozenCollection, file: string, { hashed }: { readonly hashed: boolean }): Promise<WrittenState> {
    const { disk } = this.#options;
    const temporary = `${file}${unfinished}`;
    try {
      const handle = await disk.create(temporary);
      const writer = new CheckpointWriter(handle, { hashed });
      let sha256: string;
      try {
        await writer.describe(frozen.description);
        for (const records of frozen.slices()) {
          this.#refuseWhenStopping();
          await writer.append(records);
          for (const record of records) {
            freeBytes(record);
          }
        }
        sha256 = await writer.finish();
      } finally {
        await handle.close();
      }
      await disk.rename(temporary, file);
      await disk.syncDirectory(path.dirname(file));
      return { sizeBytes: writer.sizeBytes, sha256 };
    } catch (error) {
      await disk.remove(temporary);
      throw error;
    } finally {
      frozen.release();
    }
  }

  #refuseWhenStopping(): void {
    if (this.#stopping) {
      throw new StoppedError(`collection ${this.#collection.name} is being closed`);
    }
  }

  /** Checkpoints and snapshots of a collection happen one after the other: only one of them can watch its changes. */
  async #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#lastTask.then(() => {
      this.#refuseWhenStopping();
      return task();
    });
    this.#lastTask = turn.catch(() => undefined);
    return await turn;
  }

  /** Refuses further writes with `reason`, gives up a checkpoint that is being written, waits for the log and closes it. */
  async close(reason: Error): Promise<void> {
    this.#stopping = true;
    await this.#lastTask;
    await this.#log.close(reason);
  }
}
