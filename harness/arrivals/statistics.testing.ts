import { logGamma } from './log-gamma.ts';

/** Distribution function of the gamma distribution with scale 1, by its series (Numerical Recipes, 6.2); x up to about 50. */
export function gammaDistribution(shape: number, x: number): number {
  if (x <= 0) {
    return 0;
  }
  let term = 1 / shape;
  let sum = term;
  for (let n = 1; n < 2000 && term > sum * 1e-15; n += 1) {
    term *= x / (shape + n);
    sum += term;
  }
  return Math.min(1, sum * Math.exp(-x + shape * Math.log(x) - logGamma(shape + 1) + Math.log(shape)));
}

/**
 * √n times the Kolmogorov–Smirnov distance; above 1.95 once in a thousand samples of the distribution. Below `from` nothing
 * is compared: rounding to whole µs makes one value of many there.
 */
export function kolmogorovSmirnov(samples: readonly number[], distribution: (x: number) => number, from = 0): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const n = sorted.length;
  const distance = sorted.reduce((most, sample, index) => {
    if (sample < from) {
      return most;
    }
    const expected = distribution(sample);
    return Math.max(most, expected - index / n, (index + 1) / n - expected);
  }, 0);
  return distance * Math.sqrt(n);
}

export const kolmogorovSmirnovLimit = 1.95;

/** The 99.9 % point of chi-square by Wilson and Hilferty's cube root. */
export function chiSquareLimit(degrees: number): number {
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + 3.0902 * Math.sqrt(spread)) ** 3;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function variance(values: readonly number[]): number {
  const center = mean(values);
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / values.length;
}

/** Standard deviation ÷ mean. */
export function variation(values: readonly number[]): number {
  return Math.sqrt(variance(values)) / mean(values);
}

export function gapsOf(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

/** Events per bin over a window that is a whole number of bins. */
export function countsPerBin(times: readonly number[], windowWidth: number, binWidth: number): number[] {
  const counts = Array.from({ length: Math.round(windowWidth / binWidth) }, () => 0);
  for (const time of times) {
    const bin = Math.floor(time / binWidth);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

export function autocorrelation(values: readonly number[], lag: number): number {
  const center = mean(values);
  const covariance = mean(values.slice(lag).map((value, index) => (value - center) * ((values[index] ?? 0) - center)));
  return covariance / variance(values);
}
