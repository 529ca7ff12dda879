import type { Interval, OperationKind } from '../contract/common.ts';
import type { Measured } from '../contract/metrics.ts';
import type { Observation, Timing } from '../contract/observation.ts';
import { hodgesLehmann } from '../gates/hodges-lehmann.ts';
import { decode, type Histogram, meanUs, merge, percentileUs } from '../measurement/histogram.ts';

const microsecondsPerMillisecond = 1000;
const z95 = 1.959963984540054;
const fewestForMean = 30;

/** The steady-state histogram of one kind and timing over several steps, successes only. */
export function steadyHistogram(observations: readonly Observation[], kind: OperationKind, timing: Timing = 'response'): Histogram {
  return merge(
    observations.flatMap(({ histograms }) =>
      histograms
        .filter((entry) => entry.window === 'steady' && entry.kind === kind && entry.timing === timing && entry.outcome === 'success')
        .map(({ encoded }) => decode(encoded)),
    ),
  );
}

/** Requests beyond a percentile. */
export function tailSamples(sampleCount: number, percentile: number): number {
  return Math.floor((sampleCount * (100 - percentile)) / 100 + 1e-9);
}

export function percentileMs(histogram: Histogram, percentile: number): number | undefined {
  const value = percentileUs(histogram, percentile);
  return value === undefined ? undefined : value / microsecondsPerMillisecond;
}

export function meanMs(histogram: Histogram): number | undefined {
  const value = meanUs(histogram);
  return value === undefined ? undefined : value / microsecondsPerMillisecond;
}

/** Distribution-free interval of a percentile from the ranks that bracket it (David and Nagaraja, Order Statistics, 7.1). It takes requests for independent. */
export function percentileInterval(histogram: Histogram, percentile: number): Interval {
  const n = histogram.totalCount;
  const p = percentile / 100;
  const half = z95 * Math.sqrt(n * p * (1 - p));
  const at = (rank: number) => percentileMs(histogram, Math.min(100, Math.max(0, (100 * rank) / n))) ?? 0;
  return { low: at(Math.max(1, n * p - half)), high: at(Math.min(n, n * p + half + 1)), confidence: 0.95 };
}

/** The interval over repetitions, which are the unit of independence; widened to hold the pooled value. Absent below six repetitions. */
export function repetitionInterval(pooled: number, repetitions: readonly number[]): Interval | undefined {
  const { interval } = repetitions.length === 0 ? { interval: undefined } : hodgesLehmann(repetitions);
  return interval === undefined ? undefined : { ...interval, low: Math.min(interval.low, pooled), high: Math.max(interval.high, pooled) };
}

/**
 * A percentile over all repetitions of a kind, in ms. Undefined where not even one sample lies beyond it. The interval
 * comes from the repetitions where each of them has ten samples beyond the percentile, otherwise from the ranks of the
 * pooled samples; but not of gaps, of which one stream has many alike.
 */
export function measuredPercentile(
  observations: readonly Observation[],
  kind: OperationKind,
  percentile: number,
  timing: Timing = 'response',
): Measured | undefined {
  const pooled = steadyHistogram(observations, kind, timing);
  const value = percentileMs(pooled, percentile);
  if (value === undefined || tailSamples(pooled.totalCount, percentile) < 1) {
    return undefined;
  }
  const single = observations.map((observation) => steadyHistogram([observation], kind, timing));
  const enough = single.every(({ totalCount }) => tailSamples(totalCount, percentile) >= 10);
  const overRepetitions = enough
    ? repetitionInterval(
        value,
        single.map((histogram) => percentileMs(histogram, percentile) ?? 0),
      )
    : undefined;
  const interval = overRepetitions ?? (timing === 'inter-token-gap' ? undefined : percentileInterval(pooled, percentile));
  return {
    value,
    unit: 'ms',
    sampleCount: pooled.totalCount,
    ...(interval === undefined ? {} : { interval }),
    window: 'steady state',
  };
}

/** By the central limit theorem, which takes requests for independent; undefined below thirty of them. */
function meanInterval(pooled: Histogram): Interval | undefined {
  const mean = meanMs(pooled);
  if (mean === undefined || pooled.totalCount < fewestForMean) {
    return undefined;
  }
  const half = (z95 * pooled.stdDeviation) / microsecondsPerMillisecond / Math.sqrt(pooled.totalCount);
  return { low: Math.max(0, mean - half), high: mean + half, confidence: 0.95 };
}

/** The mean over all repetitions of a kind, in ms, with its interval over repetitions where there are six, otherwise over requests. */
export function measuredMean(observations: readonly Observation[], kind: OperationKind): Measured | undefined {
  const pooled = steadyHistogram(observations, kind);
  const value = meanMs(pooled);
  if (value === undefined) {
    return undefined;
  }
  const means = observations.flatMap((observation) => meanMs(steadyHistogram([observation], kind)) ?? []);
  const interval = repetitionInterval(value, means) ?? meanInterval(pooled);
  return { value, unit: 'ms', sampleCount: pooled.totalCount, ...(interval === undefined ? {} : { interval }), window: 'steady state' };
}
