import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ByteSource } from './replay.ts';

/** What the log needs of a file, so that tests can let each step fail. */
export interface LogFile {
  readonly path: string;
  /** Writes all parts, one after the other, at an offset. */
  write(parts: readonly Buffer[], offset: number): Promise<void>;
  /** Returns when everything written is on the disk. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** Linux takes 1024 buffers in one call. */
const partsPerWrite = 1024;

class DiskLogFile implements LogFile {
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

export async function openLogFile(path: string): Promise<LogFile> {
  return new DiskLogFile(path, await open(path, 'r+'));
}

/** Opens a file for reading at a start, when nothing else runs that reading could hold up. */
export function openByteSource(path: string): ByteSource & Disposable {
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
