import type { MetricId, MetricValues } from '../contract/metrics.ts';
import { metricDefinition } from '../contract/metrics.ts';
import type { OverloadResult, OverloadSecond } from '../contract/overload.ts';
import type { ResultVariant } from '../contract/result.ts';
import type { Workload } from '../contract/workload.ts';
import { findings, variant } from './findings.testing.ts';
import type { Findings } from './judge.ts';

export const models = ['gemini-2.5-flash', 'gpt-4o-mini', 'sonnet-4.6'] as const;
type Model = (typeof models)[number];

export const workload: Workload = {
  corpus: { tenants: 1, concepts: 2, chineseShare: 0 },
  queries: { distinct: 100, zipfExponent: 1, neverRepeatedShare: 0.9, topK: 10 },
  mix: { ask: 10, health: 1 },
  arrivals: 'poisson',
  deadlineMs: 120_000,
  connections: 1,
};
export const fiveQuestions = { distinct: 5, zipfExponent: 0, neverRepeatedShare: 0, topK: 10 };

/** A figure, or a figure with its interval and the samples that it rests on. */
type Given = number | { readonly value: number; readonly low?: number; readonly high?: number; readonly samples?: number };

function metricsOf(given: Partial<Record<MetricId, Given>>): MetricValues {
  return Object.fromEntries(
    Object.entries(given).map(([id, figure]) => {
      const { value, low = value, high = value, samples = 10_000 } = typeof figure === 'number' ? { value: figure } : figure;
      const { unit, window } = metricDefinition(id as MetricId);
      return [id, { value, unit, sampleCount: samples, window, interval: { low, high, confidence: 0.95 } }];
    }),
  );
}

interface Shape {
  readonly model?: Model;
  readonly five?: boolean;
  readonly users?: number | undefined;
  readonly open?: boolean;
  readonly streamed?: boolean;
  readonly metrics?: Partial<Record<MetricId, Given>>;
  readonly rest?: Partial<ResultVariant>;
}

/** A variant of the load test: a closed loop of a thousand users with realistic repeats, where nothing else is said. */
export function asked({
  model = models[0],
  five = false,
  users = 1000,
  open = false,
  streamed = false,
  metrics = {},
  rest = {},
}: Shape): ResultVariant {
  const id = `${model.replaceAll('.', '-')}-${five ? 'five' : 'repeats'}-${streamed ? 'streamed' : open ? 'open' : 'closed'}`;
  const plain = variant({ id });
  return {
    ...plain,
    topology: {
      ...plain.topology,
      provider: { embeddings: model, chat: model },
      cache: { answers: { ttlSeconds: 3600, expiry: 'absolute' } },
    },
    workload: {
      ...workload,
      ...(five ? { queries: fiveQuestions } : {}),
      ...(streamed ? { mix: { 'ask-stream': 10, health: 1 } } : {}),
      ...(open
        ? {}
        : {
            closedLoop: {
              users,
              thinkTime: { distribution: 'uniform' as const, minimumMs: 1000, maximumMs: 3000 },
              turnsPerSession: 1,
              rampUpSeconds: 0,
            },
          }),
    },
    ...(open ? { rateOf: { users: id.replace('open', 'closed'), responseMs: 0 } } : {}),
    metrics: metricsOf({ 'complete-answer-ratio': 1, ...metrics }),
    ...rest,
  };
}

/** The same variant under all three models. */
export const underAll = (shape: Omit<Shape, 'model'>): ResultVariant[] => models.map((model) => asked({ ...shape, model }));

export function loadTest(variants: readonly ResultVariant[], rest: Partial<Findings> = {}): Findings {
  return findings(variants, { scenario: 'load-test', workload, ...rest });
}

/** A ramp of forty seconds from 10 to 50 requests a second, on which nothing happens where nothing else is said. */
export function overload(
  seconds: (second: number) => Partial<OverloadSecond> = () => ({}),
  { topology, ...rest }: Partial<Omit<OverloadResult, 'topology'>> & { readonly topology?: Partial<OverloadResult['topology']> } = {},
): OverloadResult {
  const plain = variant({ id: 'one-instance' });
  return {
    variant: 'one-instance',
    title: 'one instance',
    topology: { ...plain.topology, ...topology },
    workload,
    stepId: 'step',
    ramp: { fromPerSecond: 10, toPerSecond: 50, seconds: 40 },
    validity: { verdict: 'valid', reasons: [] },
    counts: { issued: 1200, succeeded: 1200, failed: {} },
    first: { kind: 'cpu', atSecond: 20, ratePerSecond: 30, evidence: 'query-0 used 1.00 of the 1 cores' },
    signs: [],
    ended: [],
    seconds: Array.from({ length: 40 }, (_, second) => ({
      second,
      ratePerSecond: 10 + second,
      arrivals: 30,
      succeeded: 30,
      failed: {},
      refusedByProvider: 0,
      responseMs: { mean: 2000, p50: 2000, p95: 3000 },
      ...seconds(second),
    })),
    servers: [],
    ...rest,
  };
}
