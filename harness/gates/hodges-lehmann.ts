import type { Interval } from '../contract/common.ts';

/** Number of subsets of {1…n} with each sum: the null distribution of the signed-rank statistic, times 2ⁿ. */
function rankSumCounts(n: number): number[] {
  const counts = Array.from({ length: (n * (n + 1)) / 2 + 1 }, () => 0);
  counts[0] = 1;
  for (let rank = 1; rank <= n; rank += 1) {
    for (let sum = counts.length - 1; sum >= rank; sum -= 1) {
      counts[sum] = (counts[sum] ?? 0) + (counts[sum - rank] ?? 0);
    }
  }
  return counts;
}

/** Means of all pairs, each value also with itself, ascending. */
function walshAverages(values: readonly number[]): number[] {
  return values.flatMap((value, index) => values.slice(index).map((other) => (value + other) / 2)).sort((a, b) => a - b);
}

function medianOfSorted(sorted: readonly number[]): number {
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

export interface LocationEstimate {
  readonly estimate: number;
  /** Exact under symmetry; absent when even the widest interval covers less than `confidence` (fewer than 6 values at 0.95). */
  readonly interval?: Interval;
}

/**
 * Hodges–Lehmann estimate of the centre of a symmetric distribution with its exact signed-rank interval
 * (Hollander, Wolfe, Chicken: Nonparametric Statistical Methods, 3.2 and 3.3). A percentile bootstrap of eight values
 * covers only 88 %. Throws on no values.
 */
export function hodgesLehmann(values: readonly number[], confidence = 0.95): LocationEstimate {
  if (values.length === 0) {
    throw new RangeError('hodgesLehmann: 0 values have no centre');
  }
  const averages = walshAverages(values);
  const estimate = medianOfSorted(averages);
  const total = 2 ** values.length;
  const tail = (1 - confidence) / 2;
  let cumulative = 0;
  let cut = 0;
  let coveredTail = 0;
  for (const count of rankSumCounts(values.length)) {
    cumulative += count / total;
    if (cumulative > tail) {
      break;
    }
    cut += 1;
    coveredTail = cumulative;
  }
  const low = averages[cut - 1];
  const high = averages[averages.length - cut];
  if (cut === 0 || low === undefined || high === undefined) {
    return { estimate };
  }
  return { estimate, interval: { low, high, confidence: 1 - 2 * coveredTail } };
}
