/**
 * Variance ÷ mean of the number of events per bin (index of dispersion): 1 for a Poisson process, near 0 for an even
 * one, above 1 for bursts. Times and widths in one unit; a part of a bin at the end of the window is left out.
 * Undefined (`NaN`) when no event falls into a whole bin.
 */
export function dispersionIndex(times: readonly number[], windowWidth: number, binWidth: number): number {
  const binCount = Math.floor(windowWidth / binWidth);
  const counts = Array.from({ length: binCount }, () => 0);
  for (const time of times) {
    const bin = Math.floor(time / binWidth);
    if (bin >= 0 && bin < binCount) {
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
  }
  const mean = counts.reduce((sum, count) => sum + count, 0) / binCount;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (binCount - 1);
  return variance / mean;
}
