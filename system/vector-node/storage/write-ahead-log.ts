import { storageFailed } from '../errors.ts';
import { createFrame, maximumBodyBytes } from './frame.ts';
import type { LogFile } from './log-file.ts';
import type { ReplayedLog } from './replay.ts';

interface Pending {
  readonly record: Buffer;
  readonly onDurable: () => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const bytesOf = (parts: readonly Buffer[]) => parts.reduce((size, part) => size + part.length, 0);

/**
 * Appends records with group commit: records that arrive while a frame is being synced wait and go into the next frame together,
 * so that many writers share one sync. A record is acknowledged only after its frame is on the disk.
 */
export class WriteAheadLog {
  readonly #file: LogFile;
  readonly #salt: number;
  #sequence: number;
  #end: number;
  #waiting: Pending[] = [];
  #flushing: Promise<void> | undefined;
  /** After a failed sync nobody knows what is on the disk: nothing is written until a restart has read the file again. */
  #broken: Error | undefined;

  /** @param file cut to `replayed.end` */
  constructor(file: LogFile, replayed: ReplayedLog) {
    this.#file = file;
    this.#salt = replayed.salt;
    this.#sequence = replayed.frames;
    this.#end = replayed.end;
  }

  get sizeBytes(): number {
    return this.#end;
  }

  /** Frames written, each with one sync. */
  get frameCount(): number {
    return this.#sequence;
  }

  /**
   * Resolves when the record is on the disk. `onDurable` runs just before, in the order of the records, and makes the write visible.
   * Rejects when the disk refuses; the record is then not in the log and later appends are tried again.
   */
  append(record: Buffer, onDurable: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, onDurable, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  async #flush(): Promise<void> {
    // One turn of the event loop lets requests that were read together join the first frame.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      const error = await this.#commit(group.map(({ record }) => record));
      for (const { onDurable, resolve, reject } of group) {
        if (error !== undefined) {
          reject(error);
          continue;
        }
        try {
          onDurable();
          resolve();
        } catch (failure) {
          reject(failure instanceof Error ? failure : new Error(String(failure)));
        }
      }
    }
    this.#flushing = undefined;
  }

  #takeGroup(): Pending[] {
    let bodyBytes = 0;
    const count = this.#waiting.findIndex(({ record }, index) => {
      bodyBytes += record.length + 4;
      return index > 0 && bodyBytes > maximumBodyBytes;
    });
    return this.#waiting.splice(0, count === -1 ? this.#waiting.length : count);
  }

  /** Writes and syncs one frame; returns the error when that failed. */
  async #commit(records: readonly Buffer[]): Promise<Error | undefined> {
    if (this.#broken !== undefined) {
      return this.#broken;
    }
    const frame = createFrame(records, this.#sequence, this.#salt);
    try {
      await this.#file.write(frame, this.#end);
    } catch (error) {
      return await this.#undo(error);
    }
    try {
      await this.#file.sync();
    } catch (error) {
      this.#broken = storageFailed(`${this.#file.path} (no more writes until a restart)`, error);
      return this.#broken;
    }
    this.#end += bytesOf(frame);
    this.#sequence += 1;
    return undefined;
  }

  /** Takes back a frame that was written in part. */
  async #undo(cause: unknown): Promise<Error> {
    try {
      await this.#file.truncate(this.#end);
      return storageFailed(this.#file.path, cause);
    } catch (error) {
      this.#broken = storageFailed(`${this.#file.path} (no more writes until a restart)`, error);
      return this.#broken;
    }
  }

  /** Waits for what is being written and closes the file. */
  async close(): Promise<void> {
    await this.#flushing;
    await this.#file.close();
  }
}
