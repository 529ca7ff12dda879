import { storageFailed } from '../errors.ts';
import type { DiskFile } from './disk.ts';
import { createFrame, fileHeaderBytes, maximumBodyBytes } from './frame.ts';
import type { FramesEnd } from './read-frames.ts';

interface Pending {
  readonly record: Buffer;
  readonly onDurable: () => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A log that begins: its file has a header and no frame, and its name is on the disk. */
export interface EmptyLog {
  readonly path: string;
  readonly file: DiskFile;
  readonly salt: number;
}

interface Rotation {
  run(): Promise<void>;
}

/** Whether the name of a file is on the disk is not known: the sync of its folder failed. */
export class NameInDoubtError extends Error {
  override readonly name = 'NameInDoubtError';
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`it is not known whether the name of ${path} is on the disk`, { cause });
    this.path = path;
  }
}

const bytesOf = (parts: readonly Buffer[]) => parts.reduce((size, part) => size + part.length, 0);

/**
 * Appends records with group commit: records that arrive while a frame is being synced wait and go into the next frame together,
 * so that many writers share one sync. A record is acknowledged only after its frame is on the disk.
 */
export class WriteAheadLog {
  #path: string;
  #file: DiskFile;
  #salt: number;
  #sequence: number;
  #end: number;
  #waiting: Pending[] = [];
  #rotation: Rotation | undefined;
  #flushing: Promise<void> | undefined;
  #closed: Error | undefined;
  /** After a failed sync nobody knows what is on the disk: nothing is written until a restart has read the file again. */
  #broken: Error | undefined;

  /** @param file cut to `replayed.end` */
  constructor(file: DiskFile, replayed: FramesEnd) {
    this.#path = file.path;
    this.#file = file;
    this.#salt = replayed.salt;
    this.#sequence = replayed.nextSequence;
    this.#end = replayed.end;
  }

  get sizeBytes(): number {
    return this.#end;
  }

  /** The number of the frame that comes next; it goes on from one file to the next. */
  get nextSequence(): number {
    return this.#sequence;
  }

  /**
   * Resolves when the record is on the disk. `onDurable` runs just before, in the order of the records, and makes the write visible.
   * Rejects when the disk refuses; the record is then not in the log and later appends are tried again.
   */
  append(record: Buffer, onDurable: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) {
        reject(this.#closed);
        return;
      }
      this.#waiting.push({ record, onDurable, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /**
   * Goes on in another file. Between two frames, when all that was written is in the old file and applied, `open` makes the new file
   * visible and `onSwitched` looks at the state; its result is returned. It also gets the old file, which it is to close. When `open` fails the old file is written on, unless it left the
   * name of the new file in doubt ({@link NameInDoubtError}): then nothing is written until a restart has looked.
   */
  rotate<T>(open: () => Promise<EmptyLog>, onSwitched: (old: DiskFile, sizeBytes: number) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const refusal = this.#closed ?? this.#broken;
      if (refusal !== undefined) {
        reject(refusal);
        return;
      }
      const run = async () => {
        try {
          const next = await open();
          const [old, sizeBytes] = [this.#file, this.#end];
          this.#path = next.path;
          this.#file = next.file;
          this.#salt = next.salt;
          this.#end = fileHeaderBytes;
          resolve(onSwitched(old, sizeBytes));
        } catch (error) {
          if (error instanceof NameInDoubtError) {
            this.#broken = storageFailed(`${error.path} (no more writes until a restart)`, error.cause);
          }
          reject(error);
        }
      };
      this.#rotation = { run };
      this.#flushing ??= this.#flush();
    });
  }

  async #flush(): Promise<void> {
    // One turn of the event loop lets requests that were read together join the first frame.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0 || this.#rotation !== undefined) {
      if (this.#rotation !== undefined) {
        const rotation = this.#rotation;
        this.#rotation = undefined;
        await rotation.run();
        continue;
      }
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
      this.#broken = storageFailed(`${this.#path} (no more writes until a restart)`, error);
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
      return storageFailed(this.#path, cause);
    } catch (error) {
      this.#broken = storageFailed(`${this.#path} (no more writes until a restart)`, error);
      return this.#broken;
    }
  }

  /** Refuses what comes from now on with `reason`, waits for what is being written and closes the file. */
  async close(reason: Error = new Error(`${this.#path} is closed`)): Promise<void> {
    this.#closed ??= reason;
    await this.#flushing;
    await this.#file.close();
  }
}
