import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Bytes that can be read at any offset; a read past the end comes back short. */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Buffer;
}

/** A file that is open for writing. */
export interface DiskFile {
  readonly path: string;
  /** Writes all parts, one after the other, at an offset. */
  write(parts: readonly Buffer[], offset: number): Promise<void>;
  /** Returns when everything written is on the disk. The file's name in its folder is not part of that. */
  sync(): Promise<void>;
  /** Cuts the file; on the disk when this resolves. */
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Everything that storage asks of a file system, so that tests can take the power away between any two steps. What is written is sure to
 * survive only after a sync of the file, and what is created, renamed or removed only after a sync of the folder.
 */
export interface Disk {
  /** Makes a folder whose parent exists; false when it is there already. */
  makeDirectory(path: string): Promise<boolean>;
  /** Names in a folder. */
  list(path: string): Promise<string[]>;
  /** Opens a file for reading; throws ENOENT when it is not there. Reads are synchronous: small ones, or at a start. */
  source(path: string): ByteSource & Disposable;
  /** Creates a file, or empties the one that is there. */
  create(path: string): Promise<DiskFile>;
  /** Opens a file that is there. */
  open(path: string): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, or a folder with all that it holds; nothing when it is not there. */
  remove(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
}

/** Linux takes 1024 buffers in one call. */
const partsPerWrite = 1024;

class SystemFile implements DiskFile {
  readonly path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  async write(parts: readonly Buffer[], offset: number): Promise<void> {
    let at = offset;
    for (let start = 0; start < parts.length; start += partsPerWrite) {
      at += await this.#writeFully(parts.slice(start, start + partsPerWrite), at);
    }
  }

  /** A call may write less than it was given, on a disk that fills up above all; the next call then gives the reason. */
  async #writeFully(parts: readonly Buffer[], offset: number): Promise<number> {
    const total = parts.reduce((size, part) => size + part.length, 0);
    let { bytesWritten } = await this.#handle.writev([...parts], offset);
    if (bytesWritten < total) {
      const whole = Buffer.concat(parts);
      while (bytesWritten < total) {
        bytesWritten += (await this.#handle.write(whole, bytesWritten, total - bytesWritten, offset + bytesWritten)).bytesWritten;
      }
    }
    return total;
  }

  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  async truncate(size: number): Promise<void> {
    await this.#handle.truncate(size);
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function openSource(path: string): ByteSource & Disposable {
  const descriptor = openSync(path, 'r');
  const size = fstatSync(descriptor).size;
  return {
    size,
    read(offset, length) {
      const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)));
      let filled = 0;
      while (filled < buffer.length) {
        const bytes = readSync(descriptor, buffer, filled, buffer.length - filled, offset + filled);
        if (bytes === 0) {
          break;
        }
        filled += bytes;
      }
      return buffer.subarray(0, filled);
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

/** The file system of the machine. */
export const systemDisk: Disk = {
  makeDirectory: async (path) => {
    try {
      await mkdir(path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
      return false;
    }
  },
  list: (path) => readdir(path),
  source: openSource,
  create: async (path) => new SystemFile(path, await open(path, 'w')),
  open: async (path) => new SystemFile(path, await open(path, 'r+')),
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
  syncDirectory: async (path) => {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/** Makes a folder and the parents that are missing; they survive a loss of power. */
export async function makeDirectories(disk: Disk, directory: string): Promise<void> {
  const parent = path.dirname(directory);
  let isNew: boolean;
  try {
    isNew = await disk.makeDirectory(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === directory) {
      throw error;
    }
    await makeDirectories(disk, parent);
    isNew = await disk.makeDirectory(directory);
  }
  if (isNew) {
    await disk.syncDirectory(parent);
  }
}

/** Writes a file aside and renames it: after a crash it is there whole, or as it was before. The name survives a loss of power only after a sync of the folder. */
export async function writeAside(disk: Disk, file: string, content: Buffer): Promise<void> {
  const temporary = `${file}${unfinished}`;
  try {
    const handle = await disk.create(temporary);
    try {
      await handle.write([content], 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await disk.rename(temporary, file);
  } catch (error) {
    await disk.remove(temporary);
    throw error;
  }
}

/** The end of the names of files that are being written. */
export const unfinished = '.tmp';
