import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'major'; readonly flavor?: 'last-resort' }) => void;

// Searches fill the space of young objects with garbage, and the engine would let it grow to 50 MB for that, at no gain in speed.
setFlagsFromString('--semi-space-growth-factor=1');
// A collection that waits for helping threads waits for those that build an index, where cores are scarce.
setFlagsFromString('--single-threaded-gc');
// The flag counts for contexts that are made after it is set.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as Collect;

const largeBytes = 64 * 1024;
/** Rooms that nobody uses at the moment. */
const idleRooms: ArrayBuffer[] = [];
const greatestIdleRooms = 3;
const greatestIdleBytes = 4 * 1024 * 1024;
const rooms = new WeakSet<ArrayBufferLike>();

/**
 * Room for bytes that are needed for a moment, with unknown content. From 64 KiB on the room is used again after {@link freeBytes}:
 * where it were given back to the C library, small allocations that live longer would take parts of it, and the next large one more memory.
 */
export function momentaryBytes(bytes: number): Buffer<ArrayBuffer> {
  if (bytes < largeBytes) {
    return Buffer.allocUnsafe(bytes);
  }
  const roomBytes = 2 ** Math.ceil(Math.log2(bytes));
  const idle = idleRooms.findIndex(({ byteLength }) => byteLength === roomBytes);
  const room = idle === -1 ? Buffer.allocUnsafeSlow(roomBytes).buffer : (idleRooms.splice(idle, 1)[0] as ArrayBuffer);
  rooms.add(room);
  return Buffer.from(room, 0, bytes);
}

/**
 * Frees bytes that nobody reads any more at once, instead of when the collector comes by; all views of them are empty from then on.
 * Bytes that share their memory with others stay. Bytes that are freed already stay so.
 */
export function freeBytes({ buffer, byteLength }: Buffer): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.detached) {
    return;
  }
  if (rooms.has(buffer) && buffer.byteLength <= greatestIdleBytes) {
    // The oldest goes, so that rooms of a size that is no longer asked for do not stay.
    if (idleRooms.length === greatestIdleRooms) {
      idleRooms.shift()?.transfer(0);
    }
    idleRooms.push(buffer.transfer());
  } else if (rooms.has(buffer) || byteLength === buffer.byteLength) {
    buffer.transfer(0);
  }
}

/** The engine also keeps freed pages for later, which it does not tell: little to be gained is a sign of more. */
const worthBytes = 8 * 1024 * 1024;

const collectedAtBytes = 8 * 1024 * 1024;
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
    for (const room of idleRooms.splice(0)) {
      room.transfer(0);
    }
    collect({ type: 'major', flavor: 'last-resort' });
  }
}
