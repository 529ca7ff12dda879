import type { Interval } from '../harness/contract/common.ts';
import { type Measured, type MetricId, metricDefinition } from '../harness/contract/metrics.ts';
import type { Second } from '../harness/contract/observation.ts';
import type { Comparison, PercentileCurve, Result, ResultVariant, RunRecord, SloResult, StageCohort } from '../harness/contract/result.ts';

/**
 * A complete result for tests. Every number is invented: the response times are a formula, and the round figures are
 * meant to look invented. Nothing of this file may reach a published report.
 */

export const interval95 = (low: number, high: number): Interval => ({ low, high, confidence: 0.95 });

const measured = (metric: MetricId, value: number, sampleCount: number, interval?: Interval): Measured => {
  const { unit, window } = metricDefinition(metric);
  return { value, unit, sampleCount, window, ...(interval && { interval }) };
};

const quantile = (scale: number, percentile: number): number => scale * (1 / (1 - percentile / 100)) ** 0.36;

function curve(scale: number, sampleCount: number, kind: PercentileCurve['kind'] = 'search'): PercentileCurve {
  const points: PercentileCurve['points'] = [];
  for (let step = 0; step <= 160; step += 1) {
    const percentile = 100 * (1 - 10 ** (-step / 36));
    const tailSamples = Math.round(sampleCount * (1 - percentile / 100));
    if (tailSamples >= 1) {
      points.push({ percentile, ms: quantile(scale, percentile), tailSamples });
    }
  }
  points.push({ percentile: 100, ms: quantile(scale, 99.99), tailSamples: 0 });
  return { kind, sampleCount, points };
}

function seconds(scale: number, ratePerSecond: number, troubled: boolean): Second[] {
  return Array.from({ length: 75 }, (_, second) => {
    const wave = 1 + 0.12 * Math.sin(second * 1.7) + 0.05 * Math.cos(second * 4.1);
    const cold = second < 15 ? 2.4 - second * 0.09 : 1;
    const failed = troubled && second === 41 ? 6 : 0;
    const p50 = quantile(scale, 50) * wave * cold * 1000;
    const arrivals = Math.round(ratePerSecond * (1 + 0.05 * Math.sin(second * 2.3)));
    return {
      second,
      arrivals,
      sent: arrivals,
      done: arrivals - failed,
      dropped: 0,
      errors: failed > 0 ? { timeout: failed } : {},
      inFlight: Math.round((ratePerSecond * p50 * 1.4) / 1_000_000),
      lagP99Us: 800 + 40 * Math.sin(second),
      ...(second !== 52 && {
        searchResponseUs: { p50, p95: p50 * 2.3, p99: p50 * (4.4 + 0.6 * Math.sin(second * 3.1)), sampleCount: arrivals - failed },
      }),
    };
  });
}

function cohorts(p50Ms: number, searchShare: number): StageCohort[] {
  const rest = 1 - searchShare;
  return (['mean', 'p50', 'p95', 'p99'] as const).map((cohort, index) => {
    const totalMs = p50Ms * ([1.14, 1, 2.3, 5.2][index] ?? 1);
    return {
      cohort,
      sampleCount: [9600, 960, 960, 192][index] ?? 1,
      totalMs,
      parts: [
        { stage: 'queue-wait', ms: totalMs * rest * 0.5 },
        { stage: 'preprocess', ms: totalMs * rest * 0.06 },
        { stage: 'embed', ms: totalMs * rest * 0.24 },
        { stage: 'search', ms: totalMs * searchShare },
        { stage: 'merge', ms: totalMs * rest * 0.14 },
        { stage: 'gateway', ms: totalMs * rest * 0.06 },
      ],
    };
  });
}

interface VariantShape {
  readonly id: string;
  readonly title: string;
  readonly shards: number;
  readonly scale: number;
  readonly firstOrder: number;
  readonly highestPassed: number;
  readonly failed: number;
}

const repetitions = 6;
const perRepetition = 2400;

function runs(shape: VariantShape): RunRecord[] {
  const judged = Array.from({ length: repetitions }, (_, index): RunRecord => {
    const drift = 1 + 0.02 * Math.sin(index + shape.shards);
    const failed = index === 0 ? shape.failed : 0;
    return {
      stepId: `${shape.id}-judged-${index + 1}`,
      // Pairs alternate: AB, BA, AB.
      order: index * 2 + ((index + shape.firstOrder) % 2),
      phase: 'judged',
      repetition: index + 1,
      ratePerSecond: 40,
      offeredPerSecond: 40,
      achievedPerSecond: 40 - failed / 60,
      validity: { verdict: 'valid', reasons: [], checks: [] },
      counts: { issued: perRepetition, succeeded: perRepetition - failed, failed: failed > 0 ? { timeout: failed } : {} },
      searchResponseMs: {
        mean: quantile(shape.scale, 50) * 1.2 * drift,
        p50: quantile(shape.scale, 50) * drift,
        p95: quantile(shape.scale, 95) * drift,
        p99: quantile(shape.scale, 99) * drift,
        sampleCount: 1900,
      },
      recallAt10: { mean: 0.98, sampleCount: 200 },
      cpuSeconds: 3.2 * shape.scale,
      passed: true,
    };
  });
  const rungs = [50, 100, 200, 400].map((rate, index): RunRecord => {
    const passed = rate <= shape.highestPassed;
    const invalid = shape.id === 'single' && rate === 400;
    return {
      stepId: `${shape.id}-rung-${rate}`,
      order: repetitions * 2 + index * 2 + shape.firstOrder,
      phase: 'rung',
      repetition: 1,
      ratePerSecond: rate,
      offeredPerSecond: rate * 0.996,
      achievedPerSecond: passed ? rate : rate * 0.83,
      validity: invalid
        ? { verdict: 'invalid', reasons: ['generator CPU 91.4 % > 80 %'], checks: [] }
        : { verdict: 'valid', reasons: [], checks: [] },
      counts: { issued: rate * 10, succeeded: passed ? rate * 10 : rate * 8, failed: passed ? {} : { timeout: rate * 2 } },
      ...(!invalid && { passed, ...(!passed && { brokenLimits: ['p99 412 ms > 250 ms', 'achieved ÷ offered 0.830 < 0.98'] }) }),
      searchResponseMs: { mean: 9, p50: 8, p95: passed ? 40 : 180, p99: passed ? 90 : 412, sampleCount: rate * 8 },
    };
  });
  return [...judged, ...rungs];
}

/** One shard by itself, and the slowest of several: the formula of the response times at a third of its size. */
function costs({ id, shards, scale }: VariantShape): ResultVariant['costs'] {
  const spread = (factor: number, sampleCount: number) => ({
    mean: quantile(scale * factor, 60),
    p50: quantile(scale * factor, 50),
    p95: quantile(scale * factor, 95),
    p99: quantile(scale * factor, 99),
    sampleCount,
  });
  return {
    documents: 10_000,
    cpuByTier: [
      { tier: 'gateway', cpuSecondsPer1k: 0.146 },
      { tier: 'query', cpuSecondsPer1k: 0.333 },
      { tier: 'vector', cpuSecondsPer1k: 0.667 },
      { tier: 'postgres', cpuSecondsPer1k: 0.0208 },
    ],
    fanOut: {
      asked: shards,
      slowestMs: spread(0.33, 11_520),
      oneShardMs: spread(0.25, 11_520 * shards),
      predictions:
        shards === 1
          ? []
          : [
              { from: 'shards', variant: id, slowestMs: spread(0.4, 11_520 * shards) },
              { from: 'baseline', variant: 'single', slowestMs: spread(0.2, 11_520) },
            ],
    },
    bytesNotMeasured: ['headers', 'query tier to vector nodes'],
  };
}

/** One invented variant; everything about it follows from its shape. */
export function sampleVariant(shape: VariantShape): ResultVariant {
  const n = repetitions * perRepetition;
  const searches = Math.round(n * 0.8);
  const response = (p: number) => quantile(shape.scale, p);
  const around = (value: number, part: number) => interval95(value * (1 - part), value * (1 + part));
  const cpu = shape.scale * 0.34;
  return {
    id: shape.id,
    title: shape.title,
    resourceRule: 'equal-total',
    topology: {
      id: shape.id,
      gateway: { replicas: 1 },
      query: { replicas: 1 },
      provider: { embeddings: 'instant', chat: 'instant' },
      vector: { shards: shape.shards, sharding: 'hash' },
      resourceRule: 'equal-total',
    },
    engines: { gateway: 'this repository 0.1.0', vector: 'embedded vector node 0.1.0', postgres: 'PostgreSQL 18.4' },
    runs: runs(shape),
    metrics: {
      'search-response-mean': measured('search-response-mean', response(50) * 1.2, searches, around(response(50) * 1.2, 0.02)),
      'search-response-p50': measured('search-response-p50', response(50), searches, around(response(50), 0.012)),
      'search-response-p95': measured('search-response-p95', response(95), searches, around(response(95), 0.03)),
      'search-response-p99': measured('search-response-p99', response(99), searches, around(response(99), 0.07)),
      'search-response-p999': measured('search-response-p999', response(99.9), searches),
      'offered-rate': measured('offered-rate', 40, n),
      'achieved-rate': measured('achieved-rate', (40 * (n - shape.failed)) / n, n),
      'achieved-ratio': measured('achieved-ratio', (n - shape.failed) / n, n, interval95((n - shape.failed) / n - 0.001, 1)),
      'error-ratio': measured('error-ratio', shape.failed / n, n, shape.failed > 0 ? interval95(0.000_15, 0.000_9) : undefined),
      'recall-at-10': measured('recall-at-10', 0.981, 1200, interval95(0.977, 0.985)),
      'complete-answer-ratio': measured('complete-answer-ratio', 1, n - shape.failed),
      'cpu-seconds-per-1k': measured('cpu-seconds-per-1k', cpu, n, around(cpu, 0.02)),
      'resident-bytes': measured('resident-bytes', 300_000_000 + shape.shards * 80_000_000, repetitions),
      ...(shape.shards > 1 && { 'shard-balance': measured('shard-balance', 1.03, 10_000) }),
      ...(shape.shards > 1 && { 'shard-gini': measured('shard-gini', 0.0123, 10_000) }),
      'fan-out': measured('fan-out', shape.shards, searches),
      'requests-per-query': measured('requests-per-query', 3 + shape.shards, searches),
      'search-request-bytes': measured('search-request-bytes', 98.7, searches),
      'search-response-bytes': measured('search-response-bytes', 5210.4, searches),
      'vector-resident-bytes': measured('vector-resident-bytes', shape.shards * 90_000_000, repetitions),
      'indexing-seconds-per-1k': measured('indexing-seconds-per-1k', 1000 / 1830, 10_000),
      'fill-rate': measured('fill-rate', 1830, 10_000),
      'highest-passed-rate': measured('highest-passed-rate', shape.highestPassed, 4),
      ...(shape.highestPassed < 200 && { 'lowest-failed-rate': measured('lowest-failed-rate', shape.highestPassed * 2, 4) }),
    },
    curves: [curve(shape.scale, searches), curve(shape.scale * 1.9, Math.round(n * 0.1), 'ask')],
    series: { stepId: `${shape.id}-judged-3`, warmUpSeconds: 15, seconds: seconds(shape.scale, 40, shape.failed > 0) },
    stages: cohorts(response(50), shape.shards > 1 ? 0.46 : 0.61),
    processes: [
      { tier: 'gateway', id: 'gateway-1', cpuSeconds: 2.1, cpuSecondsPer1k: 0.146, residentBytes: 81_000_000 },
      { tier: 'query', id: 'query-1', cpuSeconds: 4.8, cpuSecondsPer1k: 0.333, residentBytes: 104_000_000 },
      ...Array.from({ length: shape.shards }, (_, shard) => ({
        tier: 'vector' as const,
        id: `vector-${shard + 1}`,
        cpuSeconds: 9.6 / shape.shards,
        cpuSecondsPer1k: 0.667 / shape.shards,
        residentBytes: 90_000_000,
      })),
      { tier: 'postgres', id: 'postgres-1', cpuSeconds: 0.3, cpuSecondsPer1k: 0.0208 },
    ],
    generator: { cpuSecondsPer1k: 0.11 * shape.scale, eventLoopUtilisation: 0.04 },
    shards: Array.from({ length: shape.shards }, (_, shard) => ({
      id: `vector-${shard + 1}`,
      points: shape.shards === 1 ? 10_000 : ([3433, 3318, 3249][shard] ?? 0),
    })),
    costs: costs(shape),
    errors:
      shape.failed > 0
        ? [{ errorClass: 'timeout', count: shape.failed, exampleRequestIds: [`${shape.id}-judged-1:177`, `${shape.id}-judged-1:1802`] }]
        : [],
  };
}

/** The verdicts of one SLO over these variants; `undecidedFor` names one whose tail is too thin. */
export function sloOver(
  metric: MetricId,
  comparator: 'le' | 'ge',
  limit: number,
  variants: readonly ResultVariant[],
  undecidedFor?: string,
): SloResult {
  const perVariant = variants.map((each): SloResult['perVariant'][number] => {
    const found = each.metrics[metric];
    if (!found) {
      return { variant: each.id, verdict: 'unknown', sampleCount: 0, why: 'nothing was measured' };
    }
    const room = (comparator === 'le' ? limit - found.value : found.value - limit) / limit;
    return {
      variant: each.id,
      verdict: undecidedFor === each.id ? 'unknown' : room >= 0 ? 'pass' : 'fail',
      observed: found.value,
      ...(found.interval && { interval: found.interval }),
      sampleCount: found.sampleCount,
      margin: room,
      ...(undecidedFor === each.id && { why: '9 samples in the tail, 30 needed' }),
    };
  });
  const verdicts = perVariant.map((each) => each.verdict);
  return {
    id: `${metric}-limit`,
    metric,
    comparator,
    limit,
    unit: metricDefinition(metric).unit,
    verdict: verdicts.includes('fail') ? 'fail' : verdicts.includes('unknown') ? 'unknown' : 'pass',
    perVariant,
  };
}

const comparison = (metric: MetricId, rest: Pick<Comparison, 'ratio' | 'verdict'> & Partial<Comparison>): Comparison => ({
  metric,
  baseline: 'single',
  variant: 'router-hash-3',
  resourceRule: 'equal-total',
  pairs: repetitions,
  ...rest,
});

/** All SLOs held; two of the ratios are findings, one saw no difference and one is undecided. */
export function passingResult(): Result {
  const variants = [
    sampleVariant({ id: 'single', title: 'One vector node', shards: 1, scale: 4.2, firstOrder: 0, highestPassed: 200, failed: 0 }),
    sampleVariant({
      id: 'router-hash-3',
      title: 'Three shards behind the router',
      shards: 3,
      scale: 7.1,
      firstOrder: 1,
      highestPassed: 100,
      failed: 6,
    }),
  ];
  return {
    schemaVersion: 1,
    runId: 'single-vs-sharded-2026-11-21t14-02-07-s7',
    scenario: 'single-vs-sharded',
    title: 'One vector node against three shards',
    question: 'What does sharding a collection that fits on one vector node cost?',
    hypothesis: 'Scatter and merge cost response time and buy nothing while one node suffices.',
    profile: 'quick',
    settings: {
      documents: 10_000,
      dimensions: 384,
      repetitions,
      judgedRatePerSecond: 40,
      warmUpSeconds: 15,
      steadySeconds: 60,
      ladderRatesPerSecond: [50, 100, 200, 400],
      rungSeconds: 10,
      recallSamples: 1200,
    },
    workload: {
      corpus: { tenants: 8, concepts: 256, chineseShare: 0.3 },
      queries: { distinct: 2000, zipfExponent: 1, neverRepeatedShare: 0.3, topK: 10 },
      mix: { search: 8, ask: 1, upsert: 1 },
      arrivals: 'poisson',
      deadlineMs: 2000,
      connections: 64,
    },
    seed: 7,
    baseline: 'single',
    status: 'complete',
    verdict: 'pass',
    validity: {
      verdict: 'valid',
      reasons: [],
      checks: [
        { id: 'schedule-lag', title: 'Schedule lag, p99', observed: 0.812, limit: 5, unit: 'ms', verdict: 'pass' },
        { id: 'generator-cpu', title: 'Generator CPU', observed: 0.412, limit: 0.8, unit: 'share', verdict: 'pass' },
        { id: 'cpu-steal', title: 'CPU steal', limit: 0.02, unit: 'share', verdict: 'unknown' },
      ],
    },
    platform: { id: 'local', requested: 'auto', why: 'no Docker engine answered' },
    components: [
      { tier: 'gateway', engine: 'this repository', version: '0.1.0', embedded: false },
      { tier: 'query', engine: 'this repository', version: '0.1.0', embedded: false },
      { tier: 'indexer', engine: 'this repository', version: '0.1.0', embedded: false },
      { tier: 'vector', engine: 'embedded vector node', version: '0.1.0', embedded: true },
      { tier: 'provider', engine: 'provider simulator', version: '0.1.0', embedded: true },
      { tier: 'postgres', engine: 'PostgreSQL', version: '18.4', embedded: false },
    ],
    slos: [
      sloOver('search-response-p95', 'le', 50, variants),
      sloOver('search-response-p99', 'le', 100, variants),
      sloOver('error-ratio', 'le', 0.01, variants),
      sloOver('recall-at-10', 'ge', 0.95, variants),
      sloOver('achieved-ratio', 'ge', 0.98, variants),
    ],
    checkers: [
      {
        id: 'read-your-writes',
        verdict: 'pass',
        checked: 1440,
        violations: 0,
        exampleRequestIds: [],
        why: 'every acknowledged document was found',
      },
      {
        id: 'no-foreign-documents',
        verdict: 'pass',
        checked: 11_520,
        violations: 0,
        exampleRequestIds: [],
        why: 'no tenant saw another one',
      },
    ],
    variants,
    comparisons: [
      comparison('search-response-p50', { ratio: 1.69, interval: interval95(1.65, 1.74), verdict: 'higher' }),
      comparison('search-response-p95', { ratio: 1.69, interval: interval95(1.6, 1.79), verdict: 'higher' }),
      comparison('search-response-p99', { ratio: 1.72, interval: interval95(0.93, 3.2), verdict: 'undecided' }),
      comparison('recall-at-10', {
        ratio: 1.0,
        interval: interval95(0.997, 1.004),
        verdict: 'no-difference-seen',
        detectableEffect: 0.006,
      }),
      comparison('cpu-seconds-per-1k', { ratio: 1.69, interval: interval95(1.63, 1.75), verdict: 'higher' }),
    ],
    claims: [],
    provenance: {
      commit: '3f9c2e1d7a',
      dirty: false,
      version: '0.1.0',
      configurationHash: '8d41aa02c07e',
      command: 'npm run scenario single-vs-sharded -- --profile quick --seed 7',
      startedAt: '2026-11-21T14:02:07.000Z',
      finishedAt: '2026-11-21T14:31:19.000Z',
      node: 'v26.10.0',
      operatingSystem: 'Linux 6.1.0',
      cpuModel: 'Invented CPU 2.0 GHz',
      cpuCount: 2,
      memoryBytes: 8_320_000_000,
      versions: { usearch: '2.26.0', postgres: '18.4' },
      generator: { processes: 1, realTimeScheduling: true },
    },
  };
}
