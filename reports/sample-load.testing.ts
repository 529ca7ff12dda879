import { type MetricId, metricDefinition } from '../harness/contract/metrics.ts';
import type { OverloadResult } from '../harness/contract/overload.ts';
import type { Result, ResultVariant } from '../harness/contract/result.ts';
import type { ServerSeries } from '../harness/contract/server-series.ts';
import type { Workload } from '../harness/contract/workload.ts';
import { passingResult } from './sample-result.testing.ts';

/** A load test in which every number is invented: closed and open, streamed, three ramps, and sentences that exclude one another. */

const closedLoop: NonNullable<Workload['closedLoop']> = {
  users: 1000,
  thinkTime: { distribution: 'uniform', minimumMs: 1000, maximumMs: 3000 },
  turnsPerSession: 1,
  rampUpSeconds: 2,
};

function withMetrics(variant: ResultVariant, values: Partial<Record<MetricId, number>>): ResultVariant {
  // What searches were measured by is gone: nobody searches.
  const kept = Object.entries(variant.metrics).filter(([id]) => !id.startsWith('search-') && !id.startsWith('slowest-'));
  const own = Object.entries(values).map(([id, value]) => {
    const { unit, window } = metricDefinition(id as MetricId);
    return [id, { value, unit, window, sampleCount: 4_000, interval: { low: value * 0.95, high: value * 1.05, confidence: 0.95 } }];
  });
  return { ...variant, metrics: Object.fromEntries([...kept, ...own]) };
}

function asked(base: ResultVariant, id: string, kind: 'ask' | 'ask-stream', scale: number, rest: Partial<ResultVariant>): ResultVariant {
  const response = { mean: 1.1, p50: 1, p95: 2.2, p99: 3.6 };
  const times = Object.entries(response).map(([statistic, factor]) => [`${kind}-response-${statistic}`, factor * scale] as const);
  return {
    ...withMetrics(base, {
      ...Object.fromEntries(times),
      'answer-hit-ratio': 0.115,
      'miss-response-mean': scale * 1.2,
      'ask-own-p95': 41,
      'generate-share': 0.78,
    }),
    id,
    runs: base.runs
      .filter(({ phase }) => phase === 'judged')
      .map((run) => Object.fromEntries(Object.entries(run).filter(([field]) => field !== 'ratePerSecond')) as typeof run),
    curves: base.curves.slice(0, 1).map((curve) => ({
      ...curve,
      kind,
      points: curve.points.filter((_, place) => place % 3 === 0).map((point) => ({ ...point, ms: (point.ms * scale) / 10 })),
    })),
    ...(base.series === undefined
      ? {}
      : {
          series: {
            ...base.series,
            seconds: base.series.seconds.slice(0, 25).map(({ searchResponseUs, ...second }) => ({
              ...second,
              ...(searchResponseUs && { askResponseUs: searchResponseUs }),
            })),
          },
        }),
    ...rest,
  };
}

function server(
  points: (second: number) => Omit<ServerSeries['points'][number], 'seconds'>,
  rest: Partial<ServerSeries> = {},
): ServerSeries {
  return { tier: 'query', id: 'query-0', points: Array.from({ length: 40 }, (_, seconds) => ({ seconds, ...points(seconds) })), ...rest };
}

function ramp(base: ResultVariant, variant: string, rest: Partial<OverloadResult>): OverloadResult {
  const workload: Workload = { ...passingResult().workload, mix: { ask: 10, health: 1 } };
  return {
    variant,
    title: `one instance, ${variant}`,
    topology: base.topology,
    workload,
    stepId: `090-${variant}-overload-1`,
    ramp: { fromPerSecond: 10, toPerSecond: 50, seconds: 40 },
    validity: { verdict: 'valid', reasons: [] },
    counts: { issued: 1_200, succeeded: 900, failed: { 'http-5xx': 300 } },
    first: { kind: 'cpu', atSecond: 21, ratePerSecond: 31.5, evidence: 'query-0 used 0.99 of the 1 cores that one event loop can use' },
    signs: [],
    ended: [],
    seconds: Array.from({ length: 40 }, (_, second) => {
      const failed = second < 25 ? 0 : second - 20;
      return {
        second,
        ratePerSecond: 10.5 + second,
        arrivals: 10 + second,
        succeeded: 10 + second - failed,
        failed: failed > 0 ? { 'http-5xx': failed } : {},
        refusedByProvider: 0,
        ...(second === 12 ? {} : { responseMs: { mean: 2_100 + 90 * second, p50: 2_000 + 80 * second, p95: 3_000 + 150 * second } }),
      };
    }),
    servers: [server((second) => ({ cpuCores: Math.min(1, second / 20), eventLoopUtilisation: Math.min(1, second / 20) }))],
    ...rest,
  };
}

export function loadResult(): Result {
  const result = passingResult();
  const [base] = result.variants;
  if (base === undefined) {
    throw new RangeError('the sample has variants');
  }
  const workload: Workload = { ...result.workload, mix: { ask: 10, health: 1 }, deadlineMs: 120_000 };
  const closed: Workload = { ...workload, closedLoop };
  const streamed = asked(base, 'gemini-streamed', 'ask-stream', 2_100, { workload: { ...closed, mix: { 'ask-stream': 10, health: 1 } } });
  return {
    ...result,
    scenario: 'load-test',
    settings: { ...result.settings, ladderRatesPerSecond: [] },
    workload,
    baseline: 'gemini-repeats-closed',
    variants: [
      asked(base, 'gemini-repeats-closed', 'ask', 2_000, { workload: closed }),
      asked(base, 'mini-repeats-closed', 'ask', 6_000, { workload: closed }),
      asked(base, 'gemini-repeats-open', 'ask', 2_050, { workload, rateOf: { users: 'gemini-repeats-closed', responseMs: 1_710 } }),
      withMetrics(streamed, {
        ...Object.fromEntries(Object.entries(streamed.metrics).map(([id, { value }]) => [id, value])),
        'time-to-first-event-p95': 12,
        'time-to-first-token-p50': 1_050,
        'time-to-first-token-p95': 1_700,
        'inter-token-gap-p50': 3.7,
        'stream-rate': 270,
      }),
    ],
    comparisons: [],
    slos: result.slos.filter(({ metric }) => !metric.startsWith('search')).map((slo) => ({ ...slo, perVariant: [] })),
    claims: [
      {
        id: 'askbot-load-mean',
        statement: 'Mean response time under 1000 users is 1.2 s.',
        verdict: 'refuted',
        measured: { value: 6_000, unit: 'ms' },
        why: 'all models agree',
      },
      {
        id: 'askbot-load-throughput',
        statement: '1000 users produce 450 requests per second.',
        verdict: 'undecided',
        why: 'the variants do not agree',
      },
    ],
    contradictions: [
      {
        id: 'rate-of-the-users',
        claims: ['askbot-load-mean', 'askbot-load-throughput'],
        statement: '1000 users who think for 2 s and wait 1.2 s do not ask 450 times a second',
        arithmetic: '1000 / (2 + 1.2) = 312.5',
        implied: { value: 312.5, unit: 'requests/s' },
        claimed: { value: 450, unit: 'requests/s' },
        measured: [{ variant: 'gemini-repeats-closed', value: 251, unit: 'requests/s' }],
      },
    ],
    overloads: [
      ramp(base, 'one-instance', {}),
      ramp(base, 'one-instance-heap-192', {
        topology: { ...base.topology, query: { replicas: 1, heapMiB: 192 } },
        planted: 'memory',
        first: { kind: 'memory', atSecond: 24, ratePerSecond: 34.5, evidence: 'query-0 ended out of memory after 25 s' },
        ended: [{ part: 'query-0', atSecond: 25, outOfMemory: true, how: 'query-0 ended with signal SIGABRT' }],
        servers: [server((second) => ({ heapUsedBytes: 40_000_000 + second * 6_000_000 }), { heapLimitBytes: 201_326_592 })],
      }),
      ramp(base, 'one-instance-pool-4', {
        topology: { ...base.topology, query: { replicas: 1, vectorConnections: 4 } },
        first: { kind: 'none', evidence: 'nothing gave out: answers stayed as fast as at low load, and nothing failed' },
        servers: [
          server((second) => ({
            pools: [{ peer: 'vector', inUse: Math.min(4, Math.round(second / 5)), waiting: Math.max(0, second - 30) }],
          })),
        ],
      }),
    ],
  };
}
