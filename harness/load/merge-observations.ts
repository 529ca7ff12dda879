import type { Counts, HistogramRecord, Observation, Second, WorkerObservation } from '../contract/observation.ts';
import { decode, encode, type Histogram, merge } from '../measurement/histogram.ts';
import { addedByClass, addedCounts, emptyCounts, type SecondSamples, secondOf } from './second-samples.ts';

/** What one worker saw, with the samples of each of its seconds. */
export interface Part {
  readonly observation: Observation;
  readonly samples: readonly SecondSamples[];
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function mergedCounts(counts: readonly Counts[]): Counts {
  return {
    issued: sumOf(counts.map(({ issued }) => issued)),
    succeeded: sumOf(counts.map(({ succeeded }) => succeeded)),
    failed: counts.map(({ failed }) => failed).reduce((sum, failed) => addedByClass(sum, failed), {}),
  };
}

const keyOf = ({ window, kind, outcome, timing }: HistogramRecord) => `${window} ${kind} ${outcome} ${timing}`;

interface MergedHistogram {
  readonly record: HistogramRecord;
  readonly histogram: Histogram;
}

/** Adds histograms count by count: the result is that of the union of all samples. */
export function mergedHistograms(records: readonly HistogramRecord[]): MergedHistogram[] {
  return [...Map.groupBy(records, keyOf).values()].flatMap((alike) => {
    const [first] = alike;
    const histogram = merge(alike.map(({ encoded }) => decode(encoded)));
    return first === undefined ? [] : [{ record: { ...first, sampleCount: histogram.totalCount, encoded: encode(histogram) }, histogram }];
  });
}

function mergedSeconds(parts: readonly Part[]): Second[] {
  const length = Math.max(0, ...parts.map(({ observation }) => observation.seconds.length));
  return Array.from({ length }, (_, second) => {
    const counts = parts.flatMap(({ observation }) => observation.seconds[second] ?? []).reduce(addedCounts, emptyCounts(second));
    const samples = parts.map((part) => part.samples[second] ?? { lagsUs: [], searchResponsesUs: [] });
    return secondOf(counts, {
      lagsUs: samples.flatMap(({ lagsUs }) => lagsUs),
      searchResponsesUs: samples.flatMap(({ searchResponsesUs }) => searchResponsesUs),
    });
  });
}

function workerOf({ warmUp, steady, histograms, generator }: Observation): WorkerObservation {
  const { cpuSeconds, eventLoopUtilisation, residentBytes, realTimeScheduling } = generator;
  const lags = histograms.filter(({ window, timing, outcome }) => window === 'steady' && timing === 'lag' && outcome === 'all');
  const lag = merge(lags.map(({ encoded }) => decode(encoded)));
  return {
    cpuSeconds,
    eventLoopUtilisation,
    residentBytes,
    realTimeScheduling,
    issued: warmUp.issued + steady.issued,
    lag: { sampleCount: lag.totalCount, encoded: encode(lag) },
  };
}

/**
 * The observations of the workers of one step as one, exact to the sample. Costs of the generator are sums, but the utilisation is
 * that of the busiest worker, and time kept from running that of the control group, which all workers share and each counts as a
 * whole. `scheduleHash` is that of the undivided plan.
 */
export function mergeObservations(parts: readonly Part[], scheduleHash: string): Observation {
  const observations = parts.map(({ observation }) => observation);
  const [first] = observations;
  if (first === undefined) {
    throw new RangeError('there is no observation to merge');
  }
  const generators = observations.map(({ generator }) => generator);
  const total = (figureOf: (generator: Observation['generator']) => number) => sumOf(generators.map(figureOf));
  const throttled = generators.flatMap(({ throttledSeconds }) => throttledSeconds ?? []);
  return {
    schemaVersion: 1,
    stepId: first.stepId,
    startedAtMs: first.startedAtMs,
    warmUp: mergedCounts(observations.map(({ warmUp }) => warmUp)),
    steady: mergedCounts(observations.map(({ steady }) => steady)),
    histograms: mergedHistograms(observations.flatMap(({ histograms }) => histograms)).map(({ record }) => record),
    seconds: mergedSeconds(parts),
    generator: {
      transport: `${[...new Set(generators.map(({ transport }) => transport))].join(' or ')}, ${parts.length} processes`,
      cpuSeconds: total(({ cpuSeconds }) => cpuSeconds),
      ...(throttled.length === 0 ? {} : { throttledSeconds: Math.max(...throttled) }),
      eventLoopUtilisation: Math.max(...generators.map(({ eventLoopUtilisation }) => eventLoopUtilisation)),
      residentBytes: total(({ residentBytes }) => residentBytes),
      realTimeScheduling: generators.every(({ realTimeScheduling }) => realTimeScheduling),
      scheduleHash,
      connectionsOpened: total(({ connectionsOpened }) => connectionsOpened),
      connectionWaits: total(({ connectionWaits }) => connectionWaits),
      workers: observations.map(workerOf),
    },
  };
}
