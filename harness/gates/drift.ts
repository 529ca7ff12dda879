import type { Interval } from '../contract/common.ts';

/** The minimum effect: a smaller change between the halves of a run changes no conclusion. */
export const driftLimit = 0.05;

/** Number of ways in which the Mann–Whitney statistic of m and n values takes each value from 0 to m·n. */
function rankStatisticCounts(m: number, n: number): number[] {
  // Restricted partitions: the coefficients of the Gaussian binomial (m + n over m).
  let counts = [1, ...Array.from({ length: m * n }, () => 0)];
  for (let i = 1; i <= m; i += 1) {
    // Multiply by (1 − q^(n + i)), then divide by (1 − q^i).
    for (let degree = m * n; degree >= n + i; degree -= 1) {
      counts[degree] = (counts[degree] ?? 0) - (counts[degree - n - i] ?? 0);
    }
    for (let degree = i; degree <= m * n; degree += 1) {
      counts[degree] = (counts[degree] ?? 0) + (counts[degree - i] ?? 0);
    }
  }
  counts = counts.slice(0, m * n + 1);
  return counts;
}

export interface Shift {
  /** Hodges–Lehmann: the median of all differences, second minus first. */
  readonly estimate: number;
  /** Exact (Mann–Whitney); absent where the sizes admit none at the confidence: below four against four at 95 %. */
  readonly interval?: Interval;
}

/**
 * Shift between two independent samples with its exact interval (Hollander, Wolfe, Chicken: Nonparametric Statistical
 * Methods, 4.2 and 4.3). Throws `RangeError` when either sample is empty.
 */
export function shiftBetween(first: readonly number[], second: readonly number[], confidence = 0.95): Shift {
  if (first.length === 0 || second.length === 0) {
    throw new RangeError(`shiftBetween: ${first.length} and ${second.length} values have no shift`);
  }
  const differences = second.flatMap((after) => first.map((before) => after - before)).sort((a, b) => a - b);
  const middle = (differences.length - 1) / 2;
  const estimate = ((differences[Math.floor(middle)] ?? 0) + (differences[Math.ceil(middle)] ?? 0)) / 2;
  const counts = rankStatisticCounts(first.length, second.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  let cut = 0;
  let cumulative = 0;
  let tail = 0;
  for (const count of counts) {
    cumulative += count / total;
    if (cumulative > (1 - confidence) / 2) {
      break;
    }
    cut += 1;
    tail = cumulative;
  }
  const low = differences[cut - 1];
  const high = differences[differences.length - cut];
  return cut === 0 || low === undefined || high === undefined
    ? { estimate }
    : { estimate, interval: { low, high, confidence: 1 - 2 * tail } };
}

export interface Drift {
  /** Second half ÷ first half. */
  readonly ratio: number;
  readonly interval?: Interval;
  /** `fail` only where the whole interval lies beyond the minimum effect; `unknown` where the halves are too short. */
  readonly verdict: 'pass' | 'fail' | 'unknown';
}

/**
 * Did the same variant change while it was measured? Compares the first half of its repetitions with the second, in order
 * of execution; the middle one of an odd number belongs to neither. Undefined below two repetitions or where a value
 * is not above 0.
 */
export function driftOf(values: readonly number[], limit = driftLimit): Drift | undefined {
  const half = Math.floor(values.length / 2);
  if (half === 0 || values.some((value) => !(value > 0))) {
    return undefined;
  }
  const logs = values.map(Math.log);
  const { estimate, interval } = shiftBetween(logs.slice(0, half), logs.slice(-half));
  const ratio = Math.exp(estimate);
  if (interval === undefined) {
    return { ratio, verdict: 'unknown' };
  }
  const band = Math.log1p(limit);
  return {
    ratio,
    interval: { ...interval, low: Math.exp(interval.low), high: Math.exp(interval.high) },
    verdict: interval.low > band || interval.high < -band ? 'fail' : 'pass',
  };
}
