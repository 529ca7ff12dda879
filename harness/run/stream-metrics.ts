import { type Measured, type MetricId, metricDefinition } from '../contract/metrics.ts';
import type { Observation } from '../contract/observation.ts';
import { meanMs, measuredPercentile, repetitionInterval, steadyHistogram } from './quantiles.ts';

const millisecondsPerSecond = 1000;

/** Pieces per second and stream once the first has arrived, which is one over the mean gap; undefined where no gap was seen. */
function streamRate(observations: readonly Observation[]): number | undefined {
  const gapMs = meanMs(steadyHistogram(observations, 'ask-stream', 'inter-token-gap'));
  return gapMs === undefined || gapMs === 0 ? undefined : millisecondsPerSecond / gapMs;
}

/** How streamed answers arrived in the steady state of some steps; every value undefined where none was asked for. */
export function streamMetrics(observations: readonly Observation[]): [MetricId, Measured | undefined][] {
  const { unit, window } = metricDefinition('stream-rate');
  const rate = streamRate(observations);
  const interval =
    rate === undefined
      ? undefined
      : repetitionInterval(
          rate,
          observations.flatMap((observation) => streamRate([observation]) ?? []),
        );
  const sampleCount = steadyHistogram(observations, 'ask-stream', 'inter-token-gap').totalCount;
  return [
    ...([50, 95, 99] as const).flatMap((percentile): [MetricId, Measured | undefined][] => [
      [`time-to-first-token-p${percentile}`, measuredPercentile(observations, 'ask-stream', percentile, 'time-to-first-token')],
      [`inter-token-gap-p${percentile}`, measuredPercentile(observations, 'ask-stream', percentile, 'inter-token-gap')],
    ]),
    [
      'stream-rate',
      rate === undefined ? undefined : { value: rate, unit, sampleCount, window, ...(interval === undefined ? {} : { interval }) },
    ],
  ];
}
