import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import { storageFailed } from '../errors.ts';
import type { CollectionStore } from './collection-store.ts';
import { type ByteSource, type Disk, type DiskFile, makeDirectories, unfinished, writeAside } from './disk.ts';
import { CorruptFileError } from './read-frames.ts';

const extension = '.snapshot';
const checksumExtension = '.checksum';
/** No folder of a collection has this name: a dot at its beginning is encoded. */
const incomingFolder = '.incoming';

/** A snapshot as the list shows it. */
export interface SnapshotDescription {
  readonly name: string;
  /** UTC, whole seconds; null when the name does not tell. */
  readonly creation_time: string | null;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 in lower-case hex; null when a crash kept it from being noted. */
  readonly checksum: string | null;
}

const longestFolderBytes = 150;

/** The name of a collection as the name of a file: itself where that is safe, otherwise encoded, or a digest when it is long. */
export function fileNameOf(collection: string): string {
  const encoded = encodeURIComponent(collection).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length));
  return encoded.length <= longestFolderBytes ? encoded : `%sha256-${createHash('sha256').update(collection).digest('hex')}`;
}

const timePattern = /-(\d{4}-\d{2}-\d{2})-(\d{2})-(\d{2})-(\d{2})\.snapshot$/;

/** The snapshots of all collections: a folder for each collection, and one for files that are on their way in. */
export class SnapshotFolder {
  readonly root: string;
  readonly #disk: Disk;
  readonly #nodeNumber: number;
  /** What was begun last in each folder: two snapshots within a second are the same files. */
  readonly #lastChanges = new Map<string, Promise<unknown>>();

  /** @param nodeNumber part of the snapshots' names, as a peer's number is in Qdrant's */
  constructor(disk: Disk, root: string, nodeNumber: number) {
    this.#disk = disk;
    this.root = path.resolve(root);
    this.#nodeNumber = nodeNumber;
  }

  /** Removes what a crash left of files on their way in. */
  async open(): Promise<void> {
    await this.#disk.remove(path.join(this.root, incomingFolder));
  }

  #folderOf(collection: string): string {
    return path.join(this.root, fileNameOf(collection));
  }

  /** Takes a snapshot. The name has whole seconds: a second one within a second replaces the first, as in the engine. */
  async create(store: CollectionStore, collection: string, now: Date): Promise<SnapshotDescription> {
    return await this.#inTurn(this.#folderOf(collection), (folder) => this.#create(store, collection, folder, now));
  }

  async #create(store: CollectionStore, collection: string, folder: string, now: Date): Promise<SnapshotDescription> {
    await makeDirectories(this.#disk, folder);
    const time = now.toISOString().slice(0, 19).replace(/[T:]/g, '-');
    const name = `${fileNameOf(collection)}-${this.#nodeNumber}-${time}${extension}`;
    const file = path.join(folder, name);
    // First the old checksum goes, so that a crash never leaves it beside the new file.
    await this.#disk.remove(`${file}${checksumExtension}`);
    await this.#disk.syncDirectory(folder);
    const { sha256 } = await store.writeSnapshot(file);
    await writeAside(this.#disk, `${file}${checksumExtension}`, Buffer.from(sha256));
    await this.#disk.syncDirectory(folder);
    return this.#describe(folder, name);
  }

  /** All snapshots of a collection, by name. */
  async list(collection: string): Promise<SnapshotDescription[]> {
    const folder = this.#folderOf(collection);
    const names = await this.#namesIn(folder);
    return names.map((name) => this.#describe(folder, name));
  }

  async #namesIn(folder: string): Promise<string[]> {
    try {
      return (await this.#disk.list(folder)).filter((name) => name.endsWith(extension)).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return [];
      }
      throw error;
    }
  }

  #describe(folder: string, name: string): SnapshotDescription {
    const [, day, hours, minutes, seconds] = timePattern.exec(name) ?? [];
    using source = this.#disk.source(path.join(folder, name));
    return {
      name,
      creation_time: day === undefined ? null : `${day}T${hours}:${minutes}:${seconds}`,
      size: source.size,
      checksum: this.#notedChecksum(path.join(folder, `${name}${checksumExtension}`)),
    };
  }

  #notedChecksum(file: string): string | null {
    try {
      using source = this.#disk.source(file);
      return source.read(0, 64).toString('latin1');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return null;
      }
      throw error;
    }
  }

  /** The path of a snapshot; undefined when there is none of that name. A name is looked up and never becomes part of a path unseen. */
  async pathOf(collection: string, name: string): Promise<string | undefined> {
    const folder = this.#folderOf(collection);
    return (await this.#namesIn(folder)).includes(name) ? path.join(folder, name) : undefined;
  }

  /** Deletes a snapshot; false when there is none of that name. */
  async delete(collection: string, name: string): Promise<boolean> {
    return await this.#inTurn(this.#folderOf(collection), async (folder) => {
      if (!(await this.#namesIn(folder)).includes(name)) {
        return false;
      }
      const file = path.join(folder, name);
      await this.#disk.remove(file);
      await this.#disk.remove(`${file}${checksumExtension}`);
      await this.#disk.syncDirectory(folder);
      return true;
    });
  }

  async #inTurn<T>(folder: string, change: (folder: string) => Promise<T>): Promise<T> {
    const turn = (this.#lastChanges.get(folder) ?? Promise.resolve()).then(() => change(folder));
    const settled = turn.catch(() => undefined);
    this.#lastChanges.set(folder, settled);
    try {
      return await turn;
    } finally {
      if (this.#lastChanges.get(folder) === settled) {
        this.#lastChanges.delete(folder);
      }
    }
  }

  /** A file for bytes on their way in, which is gone when it is disposed of. */
  async receive(): Promise<IncomingFile> {
    const folder = path.join(this.root, incomingFolder);
    await makeDirectories(this.#disk, folder);
    const file = path.join(folder, `${randomUUID()}${unfinished}`);
    return new IncomingFile(this.#disk, await this.#disk.create(file));
  }

  source(file: string): ByteSource & Disposable {
    return this.#disk.source(file);
  }
}

/** Bytes that arrive, with their SHA-256. */
export class IncomingFile implements AsyncDisposable {
  readonly #disk: Disk;
  readonly #file: DiskFile;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(disk: Disk, file: DiskFile) {
    this.#disk = disk;
    this.#file = file;
  }

  get path(): string {
    return this.#file.path;
  }

  async append(chunk: Buffer): Promise<void> {
    try {
      await this.#file.write([chunk], this.#bytes);
    } catch (error) {
      throw storageFailed(this.#file.path, error);
    }
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
  }

  /** SHA-256 of everything, in lower-case hex. To be called once. */
  sha256(): string {
    return this.#hash.digest('hex');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await this.#disk.remove(this.#file.path);
  }
}

const chunkBytes = 256 * 1024;

/** The bytes of a file one after the other. */
export function* chunksOf(source: ByteSource): Generator<Buffer> {
  for (let offset = 0; offset < source.size; offset += chunkBytes) {
    yield source.read(offset, chunkBytes);
  }
}

/** SHA-256 of a file in lower-case hex; others may run in between. */
export async function sha256Of(source: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  for (const chunk of chunksOf(source)) {
    hash.update(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return hash.digest('hex');
}

/** Why a file that a client named cannot be recovered from, in words for the client; undefined when it is another kind of error. */
export function damageOf(error: unknown): string | undefined {
  if (!(error instanceof CorruptFileError)) {
    return undefined;
  }
  return `the snapshot is damaged at offset ${error.offset}, or none of this node: ${error.problem}`;
}
