import { createHash, type Hash } from 'node:crypto';
import { readJson } from '../json/read.ts';
import { writeJson } from '../json/write.ts';
import type { CollectionConfig } from '../wire/collection-config.ts';
import type { ByteSource, DiskFile } from './disk.ts';
import { createFileHeader, createFrame, readFileHeader } from './frame.ts';
import { CorruptFileError, type ReadFrame, readFrames } from './read-frames.ts';

/**
 * A checkpoint is the state of a collection in a file of frames: the first record describes it, then come ordinary operations that build
 * the state in an empty collection, and the last record counts them, so that a file that ends early is known for one. A snapshot is the
 * same file under another name.
 */
export interface CheckpointDescription {
  readonly format: 'rag-testbed vector node checkpoint';
  readonly version: 1;
  readonly collection: string;
  /** What the collection was when this was written; where the catalogue has a configuration, that counts. */
  readonly config: CollectionConfig;
  readonly lastOperationId: number;
  /** The number of the first frame that the log after the checkpoint has. */
  readonly nextFrame: number;
  readonly points: number;
}

export const checkpointFormat = { format: 'rag-testbed vector node checkpoint', version: 1 } as const;

/** No operation begins with this byte. */
const endTag = 0;

function endRecord(records: number): Buffer {
  const record = Buffer.alloc(9);
  record.writeUInt8(endTag);
  record.writeBigUInt64LE(BigInt(records), 1);
  return record;
}

/** Enough that syncing is rarely waited for, and so little that a sync of the log is not held up behind it for long. */
const bytesPerSync = 4 * 1024 * 1024;

/** Writes a checkpoint front to back. */
export class CheckpointWriter {
  readonly #file: DiskFile;
  readonly #salt: number;
  readonly #header: Buffer;
  readonly #hash: Hash | undefined;
  #end = 0;
  #synced = 0;
  #sequence = 0;
  #records = 0;

  /** @param file empty */
  constructor(file: DiskFile, { hashed }: { readonly hashed: boolean }) {
    this.#file = file;
    this.#header = createFileHeader('checkpoint');
    this.#salt = readFileHeader('checkpoint', this.#header) as number;
    this.#hash = hashed ? createHash('sha256') : undefined;
  }

  get sizeBytes(): number {
    return this.#end;
  }

  async describe(description: CheckpointDescription): Promise<void> {
    await this.#write([this.#header]);
    await this.#frame([Buffer.from(writeJson(description))]);
  }

  /** Appends operations as one frame. */
  async append(records: readonly Buffer[]): Promise<void> {
    this.#records += records.length;
    await this.#frame(records);
    if (this.#end - this.#synced > bytesPerSync) {
      await this.#file.sync();
      this.#synced = this.#end;
    }
  }

  /** Ends and syncs the file; returns its SHA-256 in hex when it was asked for. */
  async finish(): Promise<string> {
    await this.#frame([endRecord(this.#records)]);
    await this.#file.sync();
    return this.#hash?.digest('hex') ?? '';
  }

  async #frame(records: readonly Buffer[]): Promise<void> {
    await this.#write(createFrame(records, this.#sequence, this.#salt));
    this.#sequence += 1;
  }

  async #write(parts: readonly Buffer[]): Promise<void> {
    await this.#file.write(parts, this.#end);
    for (const part of parts) {
      this.#end += part.length;
      this.#hash?.update(part);
    }
  }
}

/** Reads the description at the beginning of a checkpoint. Throws {@link CorruptFileError} when it is none. */
export function readDescription(path: string, source: ByteSource): CheckpointDescription {
  const first = readFrames(path, source, 'checkpoint', 0).next();
  const record = first.done === true ? undefined : first.value.records[0];
  if (record === undefined) {
    throw new CorruptFileError(path, 0, 'it ends before its description');
  }
  const description = readJson(record) as CheckpointDescription;
  if (description.format !== checkpointFormat.format || description.version !== checkpointFormat.version) {
    throw new CorruptFileError(path, 0, `it is of format ${writeJson(description.format)} version ${writeJson(description.version)}`);
  }
  return description;
}

/** The frames of a checkpoint that hold operations. Throws {@link CorruptFileError} on any damage, also at the end: a checkpoint was synced before it got its name. */
export function* readOperations(path: string, source: ByteSource): Generator<ReadFrame> {
  const frames = readFrames(path, source, 'checkpoint', 0);
  let records = 0;
  let ended: number | undefined;
  for (;;) {
    const { done, value } = frames.next();
    if (done === true) {
      if (ended === undefined || value.end !== source.size) {
        throw new CorruptFileError(path, value.end, ended === undefined ? 'it ends before its last record' : 'bytes follow its end');
      }
      if (ended !== records) {
        throw new CorruptFileError(path, value.end, `it has ${records} records of ${ended}`);
      }
      return;
    }
    if (ended !== undefined) {
      throw new CorruptFileError(path, value.offset, 'frames follow its end');
    }
    const [first] = value.records;
    if (first?.[0] === endTag && first.length === 9 && value.sequence > 0) {
      ended = Number(first.readBigUInt64LE(1));
    } else if (value.sequence > 0) {
      records += value.records.length;
      yield value;
    }
  }
}
