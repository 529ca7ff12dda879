import type { MetricId, MetricValues } from '../contract/metrics.ts';
import { metricDefinition } from '../contract/metrics.ts';
import type { ResultVariant, RunRecord } from '../contract/result.ts';
import { wilsonInterval } from '../gates/wilson.ts';
import type { Findings } from './judge.ts';

/** A run of a scenario that was whole and valid; every number is invented. */
export function findings(variants: readonly ResultVariant[], rest: Partial<Findings> = {}): Findings {
  return {
    schemaVersion: 1,
    runId: 'run',
    scenario: 'single-vs-sharded',
    title: 'title',
    question: 'question',
    hypothesis: 'hypothesis',
    profile: 'quick',
    settings: {
      documents: 10_000,
      dimensions: 384,
      repetitions: 6,
      judgedRatePerSecond: 100,
      warmUpSeconds: 0,
      steadySeconds: 10,
      ladderRatesPerSecond: [],
      rungSeconds: 10,
      recallSamples: 2000,
    },
    workload: {
      corpus: { tenants: 1, concepts: 2, chineseShare: 0 },
      queries: { distinct: 1, zipfExponent: 1, neverRepeatedShare: 0, topK: 10 },
      mix: { search: 1 },
      arrivals: 'poisson',
      deadlineMs: 1000,
      connections: 1,
    },
    seed: 1,
    baseline: 'single',
    status: 'complete',
    verdict: 'pass',
    validity: { verdict: 'valid', reasons: [], checks: [] },
    platform: { id: 'local', requested: 'auto', why: 'no engine' },
    components: [{ tier: 'vector', engine: 'embedded vector node', version: '0.1.0', embedded: true }],
    slos: [],
    checkers: [],
    variants: [...variants],
    comparisons: [],
    provenance: {
      version: '0.1.0',
      configurationHash: 'h',
      command: 'c',
      startedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: '2026-01-01T00:00:00.000Z',
      node: 'v26',
      operatingSystem: 'Linux',
      cpuModel: 'Invented CPU',
      cpuCount: 2,
      memoryBytes: 1,
      versions: {},
    },
    ...rest,
  };
}

interface Window {
  readonly rate: number;
  readonly phase?: RunRecord['phase'];
  readonly passed?: boolean;
  readonly p50?: number;
  readonly p99?: number;
  readonly samples?: number;
  readonly achieved?: number;
  readonly valid?: boolean;
  readonly recall?: number;
  readonly recallSamples?: number;
  readonly repetition?: number;
}

/** One window: response times are in ms, their interval is a tenth around them. */
export function window({
  rate,
  phase = 'rung',
  passed = true,
  p50 = 5,
  p99 = 20,
  samples = 10_000,
  achieved = 1,
  valid = true,
  recall = 0.99,
  recallSamples = 1500,
  repetition = 1,
}: Window): RunRecord {
  const around = (value: number) => ({ low: value * 0.9, high: value * 1.1, confidence: 0.95 });
  const issued = samples;
  const succeeded = Math.round(issued * achieved);
  return {
    stepId: `step-${rate}-${repetition}`,
    order: 0,
    phase,
    repetition,
    ratePerSecond: rate,
    offeredPerSecond: rate,
    achievedPerSecond: rate * achieved,
    validity: { verdict: valid ? 'valid' : 'invalid', reasons: [], checks: [] },
    counts: { issued, succeeded, failed: issued > succeeded ? { timeout: issued - succeeded } : {} },
    searchResponseMs: {
      mean: p50,
      p50,
      p95: (p50 + p99) / 2,
      p99,
      sampleCount: succeeded,
      intervals: { p50: around(p50), p95: around((p50 + p99) / 2), p99: around(p99) },
    },
    recallAt10: { mean: recall, sampleCount: recallSamples },
    ...(valid ? { passed, brokenLimits: [] } : {}),
  };
}

interface Shape {
  readonly id: string;
  readonly shards?: number;
  readonly sharding?: ResultVariant['topology']['vector']['sharding'];
  readonly runs?: readonly RunRecord[];
  readonly documents?: number;
  readonly metrics?: MetricValues;
  readonly recall?: number;
  readonly rule?: ResultVariant['resourceRule'];
  readonly rest?: Partial<ResultVariant>;
}

export const metric = (id: MetricId, value: number, low = value, high = value, sampleCount = 10_000) => {
  const { unit, window: span } = metricDefinition(id);
  return { [id]: { value, unit, sampleCount, window: span, interval: { low, high, confidence: 0.95 } } };
};

export function variant({
  id,
  shards = 1,
  sharding = 'hash',
  runs = [],
  documents = 10_000,
  metrics = {},
  recall = 0.99,
  rule = 'equal-total',
  rest = {},
}: Shape): ResultVariant {
  const { low, high } = wilsonInterval(recall * 2000, 2000);
  return {
    id,
    title: id,
    resourceRule: rule,
    topology: {
      id,
      gateway: { replicas: 1 },
      query: { replicas: 1 },
      provider: { embeddings: 'instant', chat: 'instant' },
      vector: { shards, sharding } as ResultVariant['topology']['vector'],
      resourceRule: rule,
    },
    engines: { vector: 'embedded vector node 0.1.0' },
    runs: [...runs],
    metrics: { ...metric('recall-at-10', recall, low, high, 2000), ...metric('complete-answer-ratio', 1), ...metrics },
    curves: [],
    stages: [],
    processes: [],
    shards: Array.from({ length: shards }, (_, shard) => ({ id: `shard-${shard}`, points: Math.round(documents / shards) })),
    costs: { documents, cpuByTier: [], bytesNotMeasured: [] },
    errors: [],
    ...rest,
  };
}
