import type { Histogram } from './histogram.ts';

const ticksPerHalfDistance = 5;
const microsecondsPerMillisecond = 1000;

/** The `.hgrm` text of HdrHistogram's plotters, values in ms; an empty histogram gives the header and totals only. */
export function hgrmText(histogram: Histogram): string {
  return histogram.outputPercentileDistribution(ticksPerHalfDistance, microsecondsPerMillisecond);
}
