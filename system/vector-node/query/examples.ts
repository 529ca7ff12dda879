import { badRequest } from '../errors.ts';
import { TopK } from '../segment/top-k.ts';
import type { VectorColumn } from '../segment/vector-column.ts';
import type { Hit } from './hit.ts';

/* Queries that compare a point with several vectors. Similarities are larger for nearer points, whatever the distance. */

const { fround } = Math;

/** Squashes a similarity into −1 to 1. */
const fastSigmoid = (value: number) => value / (1 + Math.abs(value));
/** Squashes a similarity into 0 to 1. */
const scaledFastSigmoid = (value: number) => 0.5 * (fastSigmoid(value) + 1);
/** A difference below this is no difference, as the least step of a 32-bit float at 1. */
const margin = 2 ** -23;

/** Scores the point of a row. */
export type RowScorer = (row: number) => number;

interface Pair {
  readonly positive: Float32Array;
  readonly negative: Float32Array;
}

const best = (column: VectorColumn, vectors: readonly Float32Array[], row: number) =>
  vectors.reduce((greatest, vector) => Math.max(greatest, column.similarity(vector, row)), Number.NEGATIVE_INFINITY);

/** Nearness to the nearest positive example, or, when a negative one is nearer, how far away that is. */
export function bestScore(column: VectorColumn, positives: readonly Float32Array[], negatives: readonly Float32Array[]): RowScorer {
  return (row) => {
    const nearestPositive = best(column, positives, row);
    const nearestNegative = best(column, negatives, row);
    return nearestPositive > nearestNegative ? scaledFastSigmoid(nearestPositive) : -scaledFastSigmoid(nearestNegative);
  };
}

export function sumScores(column: VectorColumn, positives: readonly Float32Array[], negatives: readonly Float32Array[]): RowScorer {
  const sum = (vectors: readonly Float32Array[], row: number) =>
    vectors.reduce((total, vector) => total + column.similarity(vector, row), 0);
  return (row) => sum(positives, row) - sum(negatives, row);
}

/** How many pairs a point is on the right side of, and then its nearness to the target. */
export function discoveryScore(column: VectorColumn, target: Float32Array, pairs: readonly Pair[]): RowScorer {
  return (row) => {
    const rank = pairs.reduce(
      (sum, { positive, negative }) => sum + Math.sign(column.similarity(positive, row) - column.similarity(negative, row)),
      0,
    );
    return rank + scaledFastSigmoid(column.similarity(target, row));
  };
}

/** 0 on the right side of every pair, and less the deeper a point is on a wrong one. */
export function contextScore(column: VectorColumn, pairs: readonly Pair[]): RowScorer {
  return (row) =>
    pairs.reduce(
      (sum, { positive, negative }) =>
        sum + fastSigmoid(Math.min(column.similarity(positive, row) - column.similarity(negative, row) - margin, 0)),
      0,
    );
}

/** The point halfway between the positive examples, moved away from the negative ones. */
export function averageVector(positives: readonly Float32Array[], negatives: readonly Float32Array[]): Float32Array {
  const [first] = positives;
  if (first === undefined) {
    throw badRequest('At least one positive vector ID required with this strategy');
  }
  const mean = (vectors: readonly Float32Array[], index: number) =>
    vectors.reduce((sum, vector) => sum + (vector[index] as number), 0) / vectors.length;
  return Float32Array.from(first, (_component, index) => {
    const positive = mean(positives, index);
    return negatives.length === 0 ? positive : positive + positive - mean(negatives, index);
  });
}

/** The rows with the greatest scores that are above the threshold, best first. */
export function rankedBy(
  score: RowScorer,
  rows: Iterable<number>,
  limit: number,
  threshold: number | undefined,
): { row: number; score: number }[] {
  const scored: { row: number; value: number }[] = [];
  for (const row of rows) {
    const value = fround(score(row));
    if (threshold === undefined || value > threshold) {
      scored.push({ row, value });
    }
  }
  const top = new TopK(Math.min(limit, Math.max(1, scored.length)));
  for (const { row, value } of scored) {
    top.offer(value, row);
  }
  return top.sorted().map(({ row, value }) => ({ row, score: value }));
}

/**
 * Maximal marginal relevance: takes one candidate after the other, each time the one with the greatest
 * (1 − diversity) × nearness to the query − diversity × nearness to what was taken already.
 */
export function diversified(
  candidates: readonly Hit[],
  column: VectorColumn,
  query: Float32Array,
  diversity: number,
  limit: number,
): Hit[] {
  const left = candidates.map((hit) => ({ hit, relevance: column.similarity(query, hit.row), redundancy: Number.NEGATIVE_INFINITY }));
  const taken: Hit[] = [];
  while (taken.length < limit && left.length > 0) {
    const value = ({ relevance, redundancy }: (typeof left)[number]) =>
      (1 - diversity) * relevance - (taken.length === 0 ? 0 : diversity * redundancy);
    const next = left.reduce((greatest, candidate) => (value(candidate) > value(greatest) ? candidate : greatest));
    left.splice(left.indexOf(next), 1);
    taken.push(next.hit);
    const vector = column.get(next.hit.row).slice();
    for (const candidate of left) {
      candidate.redundancy = Math.max(candidate.redundancy, column.similarity(vector, candidate.hit.row));
    }
  }
  return taken;
}
