/**
 * The slowest of k independent draws from an empirical distribution, computed exactly: when F is the share of samples
 * up to a value, the maximum of k draws with replacement is up to it with probability Fᵏ (David and Nagaraja, Order
 * Statistics, 2.1). Nothing is simulated and no shape is assumed.
 */
export interface SlowestOf {
  readonly mean: number;
  /** The smallest sample that the slowest of k does not exceed with probability `percentile` ÷ 100. */
  percentile(percentile: number): number;
}

/** Throws `RangeError` without samples or unless `draws` is a whole number from 1. */
export function slowestOf(samples: readonly number[], draws: number): SlowestOf {
  if (samples.length === 0 || !(Number.isInteger(draws) && draws >= 1)) {
    throw new RangeError(`slowestOf: ${draws} draws from ${samples.length} samples`);
  }
  const sorted = Float64Array.from(samples).sort();
  const n = sorted.length;
  let mean = 0;
  let below = 0;
  for (const [index, value] of sorted.entries()) {
    const upTo = ((index + 1) / n) ** draws;
    mean += value * (upTo - below);
    below = upTo;
  }
  return {
    mean,
    percentile(percentile) {
      // A hair of tolerance: 0.5 ** (1 / 1) * 10 must be rank 5, not rank 6.
      const rank = Math.ceil((percentile / 100) ** (1 / draws) * n - 1e-9);
      return sorted[Math.min(n, Math.max(1, rank)) - 1] as number;
    },
  };
}

const z95 = 1.959963984540054;

/**
 * Distribution-free 95 % interval of a percentile (0–100) from the ranks that bracket it (David and Nagaraja, 7.1). It takes the samples for
 * independent. Throws `RangeError` without samples.
 */
export function percentileRange(
  samples: readonly number[],
  percentile: number,
): { readonly low: number; readonly high: number; readonly confidence: number } {
  if (samples.length === 0) {
    throw new RangeError('percentileRange: 0 samples have no percentile');
  }
  const sorted = Float64Array.from(samples).sort();
  const n = sorted.length;
  const p = percentile / 100;
  const half = z95 * Math.sqrt(n * p * (1 - p));
  const at = (rank: number) => sorted[Math.min(n, Math.max(1, rank)) - 1] as number;
  return { low: at(Math.floor(n * p - half)), high: at(Math.ceil(n * p + half) + 1), confidence: 0.95 };
}

/** Nearest-rank percentile (0–100) and mean of samples: the slowest of one draw. */
export function distributionOf(samples: readonly number[]): SlowestOf {
  return slowestOf(samples, 1);
}
