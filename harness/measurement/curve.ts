import type { PercentileCurve } from '../contract/result.ts';
import { type Histogram, percentileUs } from './histogram.ts';

const maximumPoints = 200;
const microsecondsPerMillisecond = 1000;
/** Enough to tell one request in ten thousand million from the maximum; further digits would be noise of the logarithm. */
const percentileDecimals = 9;

/**
 * Points for a plot whose x axis is 1 ÷ (1 − p): evenly spaced there on a log scale from the minimum to the maximum, at
 * most 200. `tailSamples` is how many samples lie at or above the point, so that a reader sees where a tail rests on
 * three requests. The last point stands at 1 ÷ (1 − p) = 2N because 100 % has no place on that axis.
 */
export function percentileCurve(histogram: Histogram): PercentileCurve['points'] {
  const sampleCount = histogram.totalCount;
  if (sampleCount === 0) {
    return [];
  }
  const decades = Math.log10(2 * sampleCount);
  const steps = Math.min(maximumPoints - 1, Math.max(1, Math.ceil(decades * 40)));
  return Array.from({ length: steps + 1 }, (_, step) => {
    const percentile = Number((100 * (1 - 10 ** ((-decades * step) / steps))).toFixed(percentileDecimals));
    const rank = Math.min(sampleCount, Math.max(1, Math.ceil((sampleCount * percentile) / 100)));
    return { percentile, ms: (percentileUs(histogram, percentile) ?? 0) / microsecondsPerMillisecond, tailSamples: sampleCount - rank + 1 };
  });
}
