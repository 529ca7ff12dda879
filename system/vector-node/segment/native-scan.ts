import { exactSearch, MetricKind } from 'usearch';
import type { Distance } from './distance.ts';

/** Rows of a block that are near a query, and how similar any other row of it can be at most. */
export interface BlockCandidates {
  readonly indexes: readonly number[];
  readonly bound: number;
}

/** Rows that are asked for beyond those wanted, so that rounding seldom makes a bound useless. */
const spareRows = 16;
/** When a block is mostly wanted, sorting it natively is no gain. */
const greatestShare = 4;
/** Beyond this sums of 32 bits overflow, and what they say is no bound. */
const greatestSum = 1e38;
const smallestFloat = 2 ** -120;
/** Relative error of one 32-bit operation, with a margin of two. */
const rounding = 2 ** -23;

function lengthOf(vector: Float32Array): number {
  let squares = 0;
  for (const component of vector) {
    squares += component * component;
  }
  return Math.sqrt(squares);
}

/**
 * Finds candidates with the library's vectorised scan, which computes in 32 bits. Undefined when it has no such distance or would
 * gain nothing. `bound` is in the terms of the distance's kernel and already has room for the rounding.
 * @param block at the beginning of its buffer
 * @param greatestLength no vector of the block is longer
 */
export function nearestInBlock(
  distance: Distance,
  query: Float32Array,
  block: Float32Array,
  wanted: number,
  greatestLength: number,
): BlockCandidates | undefined {
  const size = query.length;
  const rows = block.length / size;
  const count = wanted + spareRows;
  const queryLength = lengthOf(query);
  const isEuclidean = distance === 'Euclid';
  const greatestTerm = isEuclidean ? (queryLength + greatestLength) ** 2 : 1 + queryLength * greatestLength;
  if (distance === 'Manhattan' || count * greatestShare > rows || !(greatestTerm < greatestSum)) {
    return undefined;
  }
  if (block.byteOffset !== 0) {
    throw new RangeError(`the library would read the block ${block.byteOffset} bytes too early: it begins where the buffer does`);
  }
  const aligned = query.byteOffset === 0 ? query : query.slice();
  const { keys, distances } = exactSearch(block, aligned, size, count, isEuclidean ? MetricKind.L2sq : MetricKind.IP, 1);
  const indexes: number[] = [];
  let farthest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < count; index += 1) {
    indexes.push(Number(keys[index]));
    farthest = Math.max(farthest, distances[index] as number);
  }
  // Products below the smallest float are lost whole.
  const error = (size + 4) * (rounding * greatestTerm + smallestFloat);
  return { indexes, bound: (isEuclidean ? 0 : 1) - farthest + error };
}
