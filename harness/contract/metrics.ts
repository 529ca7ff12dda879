import { z } from 'zod';
import { intervalSchema, type OperationKind } from './common.ts';

export type Unit =
  | 'ms'
  | 'requests/s'
  | 'documents/s'
  | 'tokens/s'
  | 'ratio'
  | 's/1k requests'
  | 's/1k documents'
  | 'bytes'
  | 'documents'
  | 'shards'
  | 'requests'
  | 'share'
  | 's'
  | 'replicas'
  | 'replica-hours'
  | 'per minute'
  | 'per hour'
  | 'units of cost';

export interface MetricDefinition {
  readonly title: string;
  readonly unit: Unit;
  readonly definition: string;
  /** The span of a run that the figure covers. */
  readonly window: 'steady state' | 'fill' | 'ladder' | 'whole run';
  readonly better: 'lower' | 'higher' | 'neither';
  /** The requests it is about; a variant that sends none of them has no such figure. Absent where it is about all. */
  readonly kind?: OperationKind;
}

/** How a kind of request is called in the title of a metric. */
const kindWords: Record<OperationKind, string> = {
  search: 'search',
  ask: 'ask',
  'ask-stream': 'streamed ask',
  upsert: 'upsert',
  health: 'health',
};

const responseTime = (kind: OperationKind, statistic: string): MetricDefinition => ({
  title: `${statistic} ${kindWords[kind]} response time`,
  unit: 'ms',
  definition: `${statistic} of intended start to last byte of successful ${kindWords[kind]} requests`,
  window: 'steady state',
  better: 'lower',
  kind,
});

const firstEvent = (statistic: string): MetricDefinition => ({
  title: `${statistic} time to first event`,
  unit: 'ms',
  definition: `${statistic} of intended start to the arrival of the first event of any kind, of successful streamed asks`,
  window: 'steady state',
  better: 'lower',
  kind: 'ask-stream',
});

const hitResponse = (statistic: string): MetricDefinition => ({
  title: `${statistic} response time of cache hits`,
  unit: 'ms',
  definition: `${statistic} of intended start to last byte of asks, streamed or not, that were answered from the cache`,
  window: 'steady state',
  better: 'lower',
});

const pooledResponse = (statistic: string): MetricDefinition => ({
  title: `${statistic} response time of all kinds`,
  unit: 'ms',
  definition: `${statistic} of intended start to last byte of successful requests of all kinds in one pool: probes flatter it`,
  window: 'steady state',
  better: 'lower',
});

const slowestShard = (statistic: string): MetricDefinition => ({
  title: `${statistic} of the slowest shard`,
  unit: 'ms',
  definition: `${statistic} of the time for which the slowest asked shard of a complete search took, as the query tier saw it`,
  window: 'steady state',
  better: 'lower',
});

const firstToken = (statistic: string): MetricDefinition => ({
  title: `${statistic} time to first token`,
  unit: 'ms',
  definition: `${statistic} of intended start to the arrival of the first piece of the answer, of successful streamed asks`,
  window: 'steady state',
  better: 'lower',
  kind: 'ask-stream',
});

const tokenGap = (statistic: string): MetricDefinition => ({
  title: `${statistic} inter-token gap`,
  unit: 'ms',
  definition: `${statistic} of the time between the arrivals of one piece of an answer and the next, over all gaps of successful streamed asks; pieces that were read at once are 0 apart`,
  window: 'steady state',
  better: 'lower',
  kind: 'ask-stream',
});

/** A figure of a simulated course, per replication; the mean over all that were stable. */
const ofCourse = (title: string, unit: Unit, definition: string, better: MetricDefinition['better'] = 'lower'): MetricDefinition => ({
  title,
  unit,
  definition,
  window: 'whole run',
  better,
});

/** The one registry of metric ids. A figure that is not listed here cannot enter a result. */
export const metrics = {
  'search-response-mean': responseTime('search', 'mean'),
  'search-response-p50': responseTime('search', 'p50'),
  'search-response-p95': responseTime('search', 'p95'),
  'search-response-p99': responseTime('search', 'p99'),
  'search-response-p999': responseTime('search', 'p99.9'),
  'ask-response-mean': responseTime('ask', 'mean'),
  'ask-response-p50': responseTime('ask', 'p50'),
  'ask-response-p95': responseTime('ask', 'p95'),
  'ask-response-p99': responseTime('ask', 'p99'),
  'ask-stream-response-mean': responseTime('ask-stream', 'mean'),
  'ask-stream-response-p50': responseTime('ask-stream', 'p50'),
  'ask-stream-response-p95': responseTime('ask-stream', 'p95'),
  'ask-stream-response-p99': responseTime('ask-stream', 'p99'),
  'time-to-first-event-p50': firstEvent('p50'),
  'time-to-first-event-p95': firstEvent('p95'),
  'answer-hit-ratio': {
    title: 'answers from the cache',
    unit: 'share',
    definition: 'successful asks, streamed or not, that were answered from the cache, divided by all of them',
    window: 'steady state',
    better: 'higher',
  },
  'answer-shared-ratio': {
    title: 'answers shared in flight',
    unit: 'share',
    definition: 'successful asks, streamed or not, that waited for the answer being made for another one, divided by all of them',
    window: 'steady state',
    better: 'neither',
  },
  'hit-response-p50': hitResponse('p50'),
  'hit-response-p95': hitResponse('p95'),
  'miss-response-mean': {
    title: 'mean response time of cache misses',
    unit: 'ms',
    definition: 'mean of intended start to last byte of asks, streamed or not, whose answer was made for them',
    window: 'steady state',
    better: 'lower',
  },
  'ask-own-p95': {
    title: 'p95 of asks without the provider',
    unit: 'ms',
    definition:
      'p95 of response time less the stages embed and generate: what the system itself adds, queues included. Asks that waited for another one’s answer are left out, because the time of that was the provider’s too',
    window: 'steady state',
    better: 'lower',
  },
  'generate-share': {
    title: 'share of the language model',
    unit: 'share',
    definition: 'time of the stage generate divided by response time, both summed over all successful asks, streamed or not',
    window: 'steady state',
    better: 'neither',
  },
  'health-response-p95': responseTime('health', 'p95'),
  'pooled-response-mean': pooledResponse('mean'),
  'pooled-response-p50': pooledResponse('p50'),
  'pooled-response-p95': pooledResponse('p95'),
  'pooled-response-p99': pooledResponse('p99'),
  'time-to-first-token-p50': firstToken('p50'),
  'time-to-first-token-p95': firstToken('p95'),
  'time-to-first-token-p99': firstToken('p99'),
  'inter-token-gap-p50': tokenGap('p50'),
  'inter-token-gap-p95': tokenGap('p95'),
  'inter-token-gap-p99': tokenGap('p99'),
  'stream-rate': {
    title: 'rate of a stream',
    unit: 'tokens/s',
    definition:
      'pieces of an answer per second and stream once the first has arrived: gaps between pieces divided by their sum, over all successful streamed asks',
    window: 'steady state',
    better: 'higher',
    kind: 'ask-stream',
  },
  'upsert-response-p50': responseTime('upsert', 'p50'),
  'upsert-response-p95': responseTime('upsert', 'p95'),
  'offered-rate': {
    title: 'offered rate',
    unit: 'requests/s',
    definition: 'jobs of the schedule whose intended start lies in the window, per second',
    window: 'steady state',
    better: 'neither',
  },
  'achieved-rate': {
    title: 'achieved rate',
    unit: 'requests/s',
    definition: 'successful responses to jobs whose intended start lies in the window, per second',
    window: 'steady state',
    better: 'higher',
  },
  'achieved-ratio': {
    title: 'achieved ÷ offered',
    unit: 'ratio',
    definition: 'achieved rate divided by offered rate',
    window: 'steady state',
    better: 'higher',
  },
  'error-ratio': {
    title: 'errors',
    unit: 'share',
    definition: 'failed, dropped and unfinished jobs divided by all jobs of the window',
    window: 'steady state',
    better: 'lower',
  },
  'timeout-ratio': {
    title: 'timeouts',
    unit: 'share',
    definition: 'jobs without an answer at their deadline, stalled streams among them, divided by all jobs of the window',
    window: 'steady state',
    better: 'lower',
  },
  'recall-at-10': {
    title: 'recall@10',
    unit: 'ratio',
    definition:
      'share of the ten exact nearest documents of the tenant, at the applied sequence number of the response, that the response contains; equal scores count as hits. Hybrid: of the ten that exact dense and BM25 lists fuse to, with term rarities over all shards. Reranked: of the candidates, as many as were shown',
    window: 'steady state',
    better: 'higher',
  },
  'ndcg-at-10': {
    title: 'nDCG@10',
    unit: 'ratio',
    definition:
      'discounted gain of the ten documents of the response, graded 0 to 3 by the concepts they share with the question, divided by that of the best order of all documents of the tenant at the applied sequence number',
    window: 'steady state',
    better: 'higher',
  },
  'complete-answer-ratio': {
    title: 'complete answers',
    unit: 'share',
    definition: 'successful responses in which every asked shard answered, divided by all successful responses',
    window: 'steady state',
    better: 'higher',
  },
  'cpu-seconds-per-1k': {
    title: 'CPU seconds per 1,000 requests',
    unit: 's/1k requests',
    definition: 'CPU time of all processes of the system under test (generator excluded) per 1,000 jobs of the window',
    window: 'steady state',
    better: 'lower',
  },
  'resident-bytes': {
    title: 'resident memory',
    unit: 'bytes',
    definition:
      'sum of the resident memory of all processes of the system under test at the end of the window; PostgreSQL counts shared pages once where the kernel tells (PSS)',
    window: 'steady state',
    better: 'lower',
  },
  'shard-balance': {
    title: 'shard balance, max ÷ mean',
    unit: 'ratio',
    definition: 'points on the fullest shard divided by the mean number of points per shard',
    window: 'fill',
    better: 'lower',
  },
  'shard-gini': {
    title: 'shard balance, Gini',
    unit: 'ratio',
    definition: 'Gini coefficient of the points per shard: 0 when all hold as many, (n − 1) ÷ n when one of n holds all',
    window: 'fill',
    better: 'lower',
  },
  'fan-out': {
    title: 'fan-out',
    unit: 'shards',
    definition: 'shards asked per successful search, on average',
    window: 'steady state',
    better: 'lower',
  },
  'requests-per-query': {
    title: 'requests per search',
    unit: 'requests',
    definition:
      'HTTP requests behind one successful search, on average: to the gateway, to the query tier, for the embedding, one to each asked shard, whichever lists it is asked for, and, where answers are reranked, to the reranker; what peers of a Qdrant cluster ask each other is not counted',
    window: 'steady state',
    better: 'lower',
  },
  'slowest-shard-p50': slowestShard('p50'),
  'slowest-shard-p95': slowestShard('p95'),
  'slowest-shard-p99': slowestShard('p99'),
  'search-request-bytes': {
    title: 'bytes per search request',
    unit: 'bytes',
    definition: 'bytes of the body of a search as the generator sent it, headers left out, on average',
    window: 'steady state',
    better: 'lower',
  },
  'search-response-bytes': {
    title: 'bytes per search response',
    unit: 'bytes',
    definition: 'bytes of the body of a successful search as the generator received it, headers left out, on average',
    window: 'steady state',
    better: 'lower',
  },
  'vector-resident-bytes': {
    title: 'resident memory of the vector nodes',
    unit: 'bytes',
    definition: 'sum of the resident memory of all vector nodes at the end of the window',
    window: 'steady state',
    better: 'lower',
  },
  'indexing-seconds-per-1k': {
    title: 'indexing time per 1,000 documents',
    unit: 's/1k documents',
    definition: 'time from the first write to the last one visible on every shard, per 1,000 documents of the corpus',
    window: 'fill',
    better: 'lower',
  },
  'fill-rate': {
    title: 'fill rate',
    unit: 'documents/s',
    definition: 'documents of the corpus divided by the time from the first write to the last one visible on every shard',
    window: 'fill',
    better: 'higher',
  },
  'highest-passed-rate': {
    title: 'highest passed rung',
    unit: 'requests/s',
    definition: 'highest rate of the fixed ladder at which every ladder limit held and the generator was valid',
    window: 'ladder',
    better: 'higher',
  },
  'lowest-failed-rate': {
    title: 'lowest failed rung',
    unit: 'requests/s',
    definition: 'lowest rate of the fixed ladder at which a ladder limit was broken while the generator was valid',
    window: 'ladder',
    better: 'higher',
  },
  'slo-violation-seconds': ofCourse(
    'SLO violation',
    's',
    'time in which the goal was missed, by bins of the intended start: its percentile of the response times was above the limit, or too many requests failed',
  ),
  'violating-request-share': ofCourse(
    'requests that missed the goal',
    'share',
    'requests that failed or took longer than the goal allows, divided by all that arrived',
  ),
  'replica-hours': ofCourse('replica-hours', 'replica-hours', 'replicas that were paid for, from being scheduled to their end, over time'),
  'mean-replicas': ofCourse('mean replicas', 'replicas', 'replica-hours that were paid for, divided by the hours of the run'),
  'over-provisioned-replica-hours': ofCourse(
    'over-provisioned replica-hours',
    'replica-hours',
    'ready replicas beyond demand, over time; demand is the fewest that meet the goal at the load of the moment',
  ),
  'time-to-recover': ofCourse(
    'time to recover',
    's',
    'the longest time from when demand outgrew the ready replicas until they had caught up; absent where they never did',
  ),
  'accuracy-under': ofCourse('replicas missing', 'replicas', 'replicas by which supply fell short of demand, mean over the run'),
  'accuracy-over': ofCourse('replicas too many', 'replicas', 'replicas by which supply exceeded demand, mean over the run'),
  'timeshare-under': ofCourse('time with too few', 'share', 'share of the run in which supply fell short of demand'),
  'timeshare-over': ofCourse('time with too many', 'share', 'share of the run in which supply exceeded demand'),
  jitter: ofCourse(
    'jitter',
    'per minute',
    'replicas by which supply changed more than demand did, per minute; negative where it changed less',
    'neither',
  ),
  instability: ofCourse('instability', 'share', 'share of the minutes in which supply and demand did not move in the same direction'),
  'direction-changes': ofCourse(
    'direction changes',
    'per hour',
    'decisions that shrink after the last one had grown, and the reverse, per hour: flapping is more of them than demand has',
  ),
  'scaling-cost': ofCourse('cost', 'units of cost', 'replica-hours times the price of one, in whatever unit that price was given'),
} as const satisfies Record<string, MetricDefinition>;

export type MetricId = keyof typeof metrics;
export const metricIds = Object.keys(metrics) as [MetricId, ...MetricId[]];
export const metricIdSchema = z.enum(metricIds);

/** Looks a definition up by id with the registry's general type. */
export function metricDefinition(id: MetricId): MetricDefinition {
  return metrics[id];
}

export const measuredSchema = z.strictObject({
  value: z.number(),
  unit: z.string(),
  /** How many requests, documents or rungs the value rests on. Zero is not allowed: what was not measured is left out. */
  sampleCount: z.int().positive(),
  interval: intervalSchema.optional(),
  window: z.string(),
});
export type Measured = z.infer<typeof measuredSchema>;

/** Only what was measured is present. */
export const metricValuesSchema = z.partialRecord(metricIdSchema, measuredSchema);
export type MetricValues = z.infer<typeof metricValuesSchema>;
