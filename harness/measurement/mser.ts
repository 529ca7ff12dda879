/** Observations per batch; the 5 of MSER-5. */
const batchSize = 5;
/**
 * Fewer batches than this after the truncation make its variance a matter of chance; White, Cobb and Spratt keep
 * away from the end of the series for the same reason.
 */
const minimumBatches = 10;

export interface Truncation {
  /** Observations at the beginning that belong to the transient; a multiple of five. */
  readonly truncated: number;
  /**
   * False when the best truncation lies at the end of the range that may be truncated, the first half: the series does
   * not show that it ever became steady, and more of it is needed.
   */
  readonly settled: boolean;
}

function batchMeans(series: readonly number[]): Float64Array {
  const means = new Float64Array(Math.floor(series.length / batchSize));
  for (let batch = 0; batch < means.length; batch += 1) {
    let sum = 0;
    for (let index = batch * batchSize; index < (batch + 1) * batchSize; index += 1) {
      sum += series[index] ?? 0;
    }
    means[batch] = sum / batchSize;
  }
  return means;
}

/**
 * Where the transient of a series ends, by MSER-5: of all truncations of its means of five, that one whose remaining means have the
 * smallest marginal standard error, Σ(Yᵢ − Ȳ)² ÷ n², so that bias is weighed against the samples that are given up
 * (K. P. White, An effective truncation heuristic for bias reduction in simulation output, Simulation 69, 1997; batches of
 * five: White, Cobb, Spratt, Winter Simulation Conference 2000). At most half of the series is truncated. Linear time. Undefined for
 * fewer than 100 observations; throws `RangeError` for one that is not finite.
 */
export function mser5(series: readonly number[]): Truncation | undefined {
  const unusable = series.findIndex((value) => !Number.isFinite(value));
  if (unusable !== -1) {
    throw new RangeError(`observation ${unusable} of the series is ${series[unusable]}, which is not finite`);
  }
  const means = batchMeans(series);
  if (means.length < 2 * minimumBatches) {
    return undefined;
  }
  // The tail grows backward from the end, by Welford's update, which keeps small variances beside large means.
  const latest = Math.floor(means.length / 2);
  let count = 0;
  let mean = 0;
  let squares = 0;
  let best = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (let batch = means.length - 1; batch >= 0; batch -= 1) {
    const value = means[batch] as number;
    count += 1;
    const difference = value - mean;
    mean += difference / count;
    squares += difference * (value - mean);
    const standardError = squares / count ** 2;
    // Of equal ones the earliest, which gives up the least; of a constant series nothing.
    if (batch <= latest && standardError <= smallest) {
      smallest = standardError;
      best = batch;
    }
  }
  return { truncated: best * batchSize, settled: best < latest };
}
