import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'major'; readonly flavor?: 'last-resort' }) => void;

// The flag counts for contexts that are made after it is set.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as Collect;

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
