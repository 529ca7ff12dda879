import { rankConstant } from '../../system/policies/fusion.ts';

/** What is known of a document's scores in the two lists while a question was answered. */
export interface ScoreRange {
  /** The least that each list may have given it; -Infinity where it may not have been in the list at all. */
  readonly low: readonly [dense: number, sparse: number];
  /** The most; -Infinity where it cannot have been in the list. */
  readonly high: readonly [dense: number, sparse: number];
}

/** How far two scores may lie apart and still be one: absolute for the cosine, relative for the sum of weights. */
export interface Tolerance {
  readonly dense: number;
  readonly sparse: number;
}

/** What an exact hybrid search must reach. */
export interface HybridBar {
  /** Fused score of the k-th best document, however the ties fell out. */
  readonly score: number;
  /** The most that a document with these scores can have. */
  bestScore(dense: number, sparse: number): number;
}

/** The `count` largest of some numbers, descending. */
function largest(values: readonly number[], count: number): Float64Array {
  return Float64Array.from(values).sort().reverse().subarray(0, count);
}

/** How many of a descending list are above a bound. */
function countAbove(descending: Float64Array, bound: number): number {
  let count = 0;
  while (count < descending.length && (descending[count] as number) > bound) {
    count += 1;
  }
  return count;
}

/**
 * The bar of a search that fuses the first `depth` of both lists and shows `k`. Where scores are equal or a document changed
 * meanwhile, ranks are only known as ranges: the bar is what the k-th best has at its worst ranks, and a hit is measured
 * by its best ranks, so that every order that the system may rightly have seen passes.
 */
export function hybridBar(documents: readonly ScoreRange[], k: number, depth: number, tolerance: Tolerance): HybridBar {
  const lists = [0, 1] as const;
  const below = (list: 0 | 1, score: number) => score - (list === 0 ? tolerance.dense : tolerance.sparse * Math.abs(score));
  const above = (list: 0 | 1, score: number) => score + (list === 0 ? tolerance.dense : tolerance.sparse * Math.abs(score));
  // One more than can matter, because a document is itself among the highest.
  const lows = lists.map((list) =>
    largest(
      documents.map(({ low }) => low[list]),
      depth + 1,
    ),
  );
  const highs = lists.map((list) =>
    largest(
      documents.map(({ high }) => high[list]),
      depth + 1,
    ),
  );
  const share = (rank: number) => (rank < depth ? 1 / (rankConstant + rank) : 0);

  const worst = documents.map(({ low }) =>
    lists.reduce<number>((sum, list) => {
      const score = low[list];
      return score === Number.NEGATIVE_INFINITY ? sum : sum + share(countAbove(highs[list] as Float64Array, below(list, score)) - 1);
    }, 0),
  );
  return {
    score: largest(worst, k)[k - 1] ?? 0,
    bestScore: (dense, sparse) =>
      lists.reduce<number>((sum, list) => {
        const score = list === 0 ? dense : sparse;
        return score === Number.NEGATIVE_INFINITY ? sum : sum + share(countAbove(lows[list] as Float64Array, above(list, score)));
      }, 0),
  };
}
