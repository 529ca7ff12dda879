import type { OperationKind } from '../contract/common.ts';
import { type Measured, type MetricId, metricDefinition } from '../contract/metrics.ts';
import type { Observation } from '../contract/observation.ts';
import { wilsonInterval } from '../gates/wilson.ts';
import { type Histogram, merge } from '../measurement/histogram.ts';
import { distributionOf, percentileRange } from '../measurement/order-statistic.ts';
import type { AnsweredAsk } from './ask-answers.ts';
import type { JudgedStep } from './judged-step.ts';
import { meanMs, percentileInterval, percentileMs, steadyHistogram, tailSamples } from './quantiles.ts';

type Entry = readonly [MetricId, Measured | undefined];

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function measured(id: MetricId, value: number | undefined, sampleCount: number, interval?: Measured['interval']): Entry {
  const { unit, window } = metricDefinition(id);
  return [
    id,
    value === undefined || !Number.isFinite(value) || sampleCount === 0
      ? undefined
      : { value, unit, sampleCount, window, ...(interval === undefined ? {} : { interval }) },
  ];
}

/** A percentile with the interval of its ranks; undefined where not even one sample lies beyond it. */
function percentile(id: MetricId, values: readonly number[], percent: number): Entry {
  return tailSamples(values.length, percent) < 1
    ? [id, undefined]
    : measured(id, distributionOf(values).percentile(percent), values.length, percentileRange(values, percent));
}

/** Where answers came from and what they cost; every value undefined where nobody asked. */
export function askMetrics(judged: readonly Pick<JudgedStep, 'quality'>[]): Entry[] {
  const asks = judged.flatMap(({ quality }) => quality.asks);
  if (asks.length === 0) {
    return [];
  }
  const of = (origin: AnsweredAsk['origin']) => asks.filter((ask) => ask.origin === origin);
  const [hits, shared, misses] = [of('hit'), of('shared'), of('miss')];
  const hitMs = hits.map(({ responseMs }) => responseMs);
  const own = [...hits, ...misses].map(({ responseMs, generateMs, embedMs }) => responseMs - generateMs - embedMs);
  const firstEvents = asks.flatMap(({ stream }) => stream?.firstEventMs ?? []);
  const share = (id: MetricId, count: number) => measured(id, count / asks.length, asks.length, wilsonInterval(count, asks.length));
  return [
    share('answer-hit-ratio', hits.length),
    share('answer-shared-ratio', shared.length),
    percentile('hit-response-p50', hitMs, 50),
    percentile('hit-response-p95', hitMs, 95),
    measured('miss-response-mean', sum(misses.map(({ responseMs }) => responseMs)) / misses.length, misses.length),
    percentile('ask-own-p95', own, 95),
    measured('generate-share', sum(asks.map(({ generateMs }) => generateMs)) / sum(asks.map(({ responseMs }) => responseMs)), asks.length),
    percentile('time-to-first-event-p50', firstEvents, 50),
    percentile('time-to-first-event-p95', firstEvents, 95),
  ];
}

const pooledKinds: readonly OperationKind[] = ['ask', 'ask-stream', 'health'];

function pooledPercentile(id: MetricId, pooled: Histogram, percent: number): Entry {
  return tailSamples(pooled.totalCount, percent) < 1
    ? [id, undefined]
    : measured(id, percentileMs(pooled, percent), pooled.totalCount, percentileInterval(pooled, percent));
}

/** All kinds in one pool, as a report shows them that does not tell probes from questions. Undefined where nobody probed. */
export function pooledMetrics(observations: readonly Observation[]): Entry[] {
  if (steadyHistogram(observations, 'health').totalCount === 0) {
    return [];
  }
  const pooled = merge(pooledKinds.map((kind) => steadyHistogram(observations, kind)));
  return [
    measured('pooled-response-mean', meanMs(pooled), pooled.totalCount),
    pooledPercentile('pooled-response-p50', pooled, 50),
    pooledPercentile('pooled-response-p95', pooled, 95),
    pooledPercentile('pooled-response-p99', pooled, 99),
  ];
}

/** Timeouts of the steady windows; a stream that fell silent until its deadline is one. */
export function timeoutRatio(observations: readonly Observation[]): Entry {
  const issued = sum(observations.map(({ steady }) => steady.issued));
  const timeouts = sum(observations.map(({ steady: { failed } }) => (failed.timeout ?? 0) + (failed['stalled-stream'] ?? 0)));
  return measured('timeout-ratio', timeouts / issued, issued, issued === 0 ? undefined : wilsonInterval(timeouts, issued));
}
