import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'major'; readonly flavor?: 'last-resort' }) => void;

// The flag counts for contexts that are made after it is set.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as Collect;

/** The C library gives allocations beyond 32 MiB a mapping of their own, whatever was allocated and freed before. */
const mappedBytes = 33 * 1024 * 1024;
const largeBytes = 64 * 1024;
const mappings = new WeakSet<ArrayBufferLike>();

/**
 * Room for bytes that are needed for a moment, with unknown content. From 64 KiB on it is a mapping of its own, of which pages that are
 * never written take no memory: the small allocations that outlive it then leave no holes as large as requests. See {@link freeBytes}.
 */
export function momentaryBytes(bytes: number): Buffer {
  if (bytes < largeBytes) {
    return Buffer.allocUnsafe(bytes);
  }
  const room = Buffer.allocUnsafeSlow(Math.max(bytes, mappedBytes));
  mappings.add(room.buffer);
  return room.subarray(0, bytes);
}

/** Frees bytes that nobody reads any more at once, instead of when the collector comes by. Bytes that share their memory with others stay. */
export function freeBytes({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && (byteLength === buffer.byteLength || mappings.has(buffer))) {
    buffer.transfer(0);
  }
}

const worthBytes = 32 * 1024 * 1024;

const collectedAtBytes = 16 * 1024 * 1024;
let largeBodyBytes = 0;

/**
 * Frees what large requests left once they are together this large: bodies, their texts and the vectors read from them lie outside
 * of the engine's heap, so that it collects them by the dozen, and the C library gives little of what was once that large back.
 */
export function collectAfterLargeBody(bytes: number): void {
  largeBodyBytes += bytes;
  if (largeBodyBytes > collectedAtBytes) {
    largeBodyBytes = 0;
    collect({ type: 'major' });
  }
}

/** Gives memory that the engine keeps for later back to the system, when it is much. Takes some tens of milliseconds. */
export function giveBackMemory(): void {
  const { heapTotal, heapUsed } = process.memoryUsage();
  if (heapTotal - heapUsed > worthBytes) {
    collect({ type: 'major', flavor: 'last-resort' });
  }
}
