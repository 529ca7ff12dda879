import { z } from 'zod';
import { capacitySchema } from './capacity.ts';
import { contradictionSchema, judgedClaimSchema } from './claim.ts';
import {
  count,
  intervalSchema,
  nameSchema,
  nonNegative,
  operationKindSchema,
  profileIdSchema,
  resourceRuleSchema,
  share,
} from './common.ts';
import { metricIdSchema, metricValuesSchema } from './metrics.ts';
import { countsSchema, secondSchema } from './observation.ts';
import { errorClassSchema } from './operation.ts';
import { overloadResultSchema } from './overload.ts';
import { comparatorSchema, profileSchema } from './scenario.ts';
import { serverSeriesSchema, serverWindowSchema } from './server-series.ts';
import { simulatedResultSchema } from './simulation.ts';
import { quotaSchema, tierSchema, topologySchema } from './topology.ts';
import { traceReplaySchema } from './trace-replay.ts';
import { checkVerdictSchema, runVerdictSchema, validityVerdictSchema } from './verdict.ts';
import { workloadSchema } from './workload.ts';

/** Which engine served a tier. `embedded` is true for this project's own replacements of Qdrant or Redis. */
export const componentSchema = z.strictObject({
  tier: tierSchema,
  engine: z.string(),
  version: z.string(),
  embedded: z.boolean(),
  /** The container image that served it. */
  image: z.string().optional(),
  /** True when that image stands in for the real one on a machine without a registry. */
  standIn: z.boolean().optional(),
});
export type Component = z.infer<typeof componentSchema>;

export const validityCheckSchema = z.strictObject({
  id: nameSchema,
  title: z.string(),
  observed: z.number().optional(),
  limit: z.number(),
  unit: z.string(),
  verdict: checkVerdictSchema,
});
export type ValidityCheck = z.infer<typeof validityCheckSchema>;

/** Response times of one window, ms. */
const windowResponseSchema = z.strictObject({
  mean: nonNegative,
  p50: nonNegative,
  p95: nonNegative,
  p99: nonNegative,
  sampleCount: z.int().positive(),
  /** From the ranks around each percentile; they take the requests of the step for independent. */
  intervals: z.strictObject({ p50: intervalSchema, p95: intervalSchema, p99: intervalSchema }).optional(),
});

/** One executed step. An invalid one is kept, shown, and counts nowhere. */
export const runSchema = z.strictObject({
  stepId: nameSchema,
  order: count,
  phase: z.enum(['judged', 'rung']),
  repetition: z.int().positive(),
  /** The nominal rate of the step; `offeredPerSecond` is what the seed made of it. Absent in a closed loop, which has none. */
  ratePerSecond: z.number().positive().optional(),
  offeredPerSecond: nonNegative,
  achievedPerSecond: nonNegative,
  validity: z.strictObject({ verdict: validityVerdictSchema, reasons: z.array(z.string()), checks: z.array(validityCheckSchema) }),
  counts: countsSchema,
  /** Of successful searches in the steady window, ms. Absent where nothing succeeded. */
  searchResponseMs: windowResponseSchema.optional(),
  /** The same of asks, streamed or not. */
  askResponseMs: windowResponseSchema.optional(),
  /** Median over the seconds of the first and of the last third of the window of their median response time of asks, ms. */
  askTrend: z.strictObject({ firstMs: nonNegative, lastMs: nonNegative }).optional(),
  recallAt10: z.strictObject({ mean: share, sampleCount: z.int().positive() }).optional(),
  ndcgAt10: z.strictObject({ mean: share, sampleCount: z.int().positive() }).optional(),
  cpuSeconds: nonNegative.optional(),
  /** Every server in the steady window. */
  servers: z.array(serverWindowSchema).optional(),
  /** Did every limit of the ladder hold? The judged rate is the lowest rung. Absent when the step was invalid. */
  passed: z.boolean().optional(),
  brokenLimits: z.array(z.string()).optional(),
});
export type RunRecord = z.infer<typeof runSchema>;

/** At most 200 points, from the histograms of all valid judged repetitions merged. */
export const percentileCurveSchema = z.strictObject({
  kind: operationKindSchema,
  sampleCount: z.int().positive(),
  points: z.array(z.strictObject({ percentile: z.number().min(0).max(100), ms: nonNegative, tailSamples: count })).max(200),
});
export type PercentileCurve = z.infer<typeof percentileCurveSchema>;

/** Mean time per stage of the requests around one percentile of the whole response; the parts add up to `totalMs`. */
export const stageCohortSchema = z.strictObject({
  cohort: z.enum(['mean', 'p50', 'p95', 'p99']),
  sampleCount: z.int().positive(),
  totalMs: nonNegative,
  parts: z.array(z.strictObject({ stage: z.string(), ms: z.number() })),
});
export type StageCohort = z.infer<typeof stageCohortSchema>;

export const processUseSchema = z.strictObject({
  tier: tierSchema,
  /** Unique in the variant, such as `vector-2`. */
  id: nameSchema,
  /** Over all valid judged steady windows. */
  cpuSeconds: nonNegative,
  cpuSecondsPer1k: nonNegative,
  /** At the end of the last judged window; absent where it could not be read. */
  residentBytes: count.optional(),
  /** The highest of the samples taken once a second in the judged windows. */
  peakBytes: count.optional(),
  /** What the container may use; absent where nothing is enforced. */
  quota: quotaSchema.optional(),
  /** Over all valid judged steady windows: seconds kept from running, and the share of scheduling periods in which that happened. */
  throttledSeconds: nonNegative.optional(),
  throttledPeriodShare: share.optional(),
  /** Share of all valid judged steady windows in which its event loop was busy. */
  eventLoopUtilisation: share.optional(),
  /** The longest of those windows. */
  eventLoopDelayP99Ms: nonNegative.optional(),
});
export type ProcessUse = z.infer<typeof processUseSchema>;

const spreadSchema = z.strictObject({
  mean: nonNegative,
  p50: nonNegative,
  p95: nonNegative,
  p99: nonNegative,
  sampleCount: z.int().positive(),
});
export type Spread = z.infer<typeof spreadSchema>;

/** What it means for a search that its answer lies on several shards. */
export const fanOutSchema = z.strictObject({
  /** Shards asked by the searches below: the most frequent number, where a policy asks differently many. */
  asked: z.int().positive(),
  /** Time of the slowest of the asked shards, ms, over complete searches of the judged windows. */
  slowestMs: spreadSchema,
  /** Time of one shard, ms, over all shards and the same searches. */
  oneShardMs: spreadSchema,
  /** The slowest of `asked` independent draws from a distribution of single times: what the measured one would be if shards had nothing in common. */
  predictions: z.array(
    z.strictObject({
      /** `shards`: the times of this variant's own shards. `baseline`: those of the one node of the baseline. */
      from: z.enum(['shards', 'baseline']),
      variant: nameSchema,
      slowestMs: spreadSchema,
    }),
  ),
});
export type FanOut = z.infer<typeof fanOutSchema>;

/** What serving this way costs beside response time. Absent in results that were written before it was measured. */
export const costsSchema = z.strictObject({
  /** Documents of the fill. */
  documents: count.optional(),
  /** In the order in which a request meets the tiers; the sum over all tiers is the metric `cpu-seconds-per-1k` over all jobs. */
  cpuByTier: z.array(z.strictObject({ tier: tierSchema, cpuSecondsPer1k: nonNegative })),
  fanOut: fanOutSchema.optional(),
  /** Bytes that were counted, and the hops whose bytes were not. */
  bytesNotMeasured: z.array(z.string()),
});
export type Costs = z.infer<typeof costsSchema>;

/** Documents added, changed and deleted by id after everything was measured, and where the points then were. */
export const changeAuditSchema = z.strictObject({
  added: count,
  updated: count,
  deleted: count,
  pointsPerShardBefore: z.array(count),
  pointsPerShardAfter: z.array(count),
  /** Documents that are on more than one shard, or twice on one. */
  duplicates: count,
  /** Deleted documents that are still there. */
  survivors: count,
  /** Documents that should be there and are not. */
  lost: count,
  /** Documents whose point holds an older content than the last change. */
  stale: count,
});
export type ChangeAudit = z.infer<typeof changeAuditSchema>;

/** When a variant's pilot became steady, and what was made of it. */
export const warmUpSchema = z.strictObject({
  method: z.literal('MSER-5'),
  pilotSeconds: z.number().positive(),
  /** Responses of the pilot that it rests on. */
  sampleCount: count,
  /** Until when the pilot was not steady; absent where it had too few responses to tell. */
  truncatedSeconds: nonNegative.optional(),
  /** False where the pilot does not show that it ever became steady. */
  isSettled: z.boolean(),
  /** The warm-up of every judged repetition of every variant, frozen after the pilots. */
  usedSeconds: nonNegative,
});
export type WarmUp = z.infer<typeof warmUpSchema>;

export const resultVariantSchema = z.strictObject({
  id: nameSchema,
  title: z.string(),
  resourceRule: resourceRuleSchema,
  topology: topologySchema,
  /** What it was asked, where that is not the workload of the run. */
  workload: workloadSchema.optional(),
  /** The closed variant whose users would have asked as often, had each of their requests taken so long on average. */
  rateOf: z.strictObject({ users: nameSchema, responseMs: nonNegative }).optional(),
  /** Engine and version by tier, for example `vector: "embedded vector node 0.1.0"`. */
  engines: z.partialRecord(tierSchema, z.string()),
  runs: z.array(runSchema),
  metrics: metricValuesSchema,
  curves: z.array(percentileCurveSchema),
  /** The over-time panels: the seconds of one named repetition. */
  series: z.strictObject({ stepId: nameSchema, warmUpSeconds: nonNegative, seconds: z.array(secondSchema).max(200) }).optional(),
  /** The servers over time, in the step of `series` and in the one at the highest rate. */
  serverSeries: z.array(z.strictObject({ stepId: nameSchema, servers: z.array(serverSeriesSchema) })).optional(),
  warmUp: warmUpSchema.optional(),
  capacity: capacitySchema.optional(),
  traceReplay: traceReplaySchema.optional(),
  stages: z.array(stageCohortSchema),
  processes: z.array(processUseSchema),
  /** What making its load took, over all valid judged steps with their warm-up; the generator is no part of the system. */
  generator: z
    .strictObject({
      cpuSecondsPer1k: nonNegative,
      /** Of the busiest generator process in the busiest step. */
      eventLoopUtilisation: share,
    })
    .optional(),
  shards: z.array(z.strictObject({ id: nameSchema, points: count })),
  costs: costsSchema.optional(),
  changeAudit: changeAuditSchema.optional(),
  /** Nothing was driven: every figure of this variant comes from a simulation in virtual time, whose replications are its `runs`. */
  simulated: simulatedResultSchema.optional(),
  /** Where a Qdrant cluster put its replicas, as its peers tell; absent where the query tier shards. */
  placement: z
    .strictObject({
      replicas: z.array(z.strictObject({ shard: count, node: nameSchema, state: z.string(), points: count })),
      /** Shards that the entry peer of a search fetches from other peers, on average over the entry peers. */
      remoteShardsPerSearch: nonNegative,
    })
    .optional(),
  errors: z.array(
    z.strictObject({ errorClass: errorClassSchema, count: z.int().positive(), exampleRequestIds: z.array(z.string()).max(5) }),
  ),
});
export type ResultVariant = z.infer<typeof resultVariantSchema>;

export const sloResultSchema = z.strictObject({
  id: nameSchema,
  metric: metricIdSchema,
  comparator: comparatorSchema,
  limit: z.number(),
  unit: z.string(),
  verdict: checkVerdictSchema,
  perVariant: z.array(
    z.strictObject({
      variant: nameSchema,
      verdict: checkVerdictSchema,
      observed: z.number().optional(),
      interval: intervalSchema.optional(),
      sampleCount: count,
      /** Room to the limit as a share of the limit; positive is room, whichever direction is better. */
      margin: z.number().optional(),
      /** Why the verdict is unknown. */
      why: z.string().optional(),
    }),
  ),
  /** Variants that are not held to the goal, with what was measured of them. */
  measuredOnly: z
    .array(z.strictObject({ variant: nameSchema, observed: z.number().optional(), sampleCount: count, why: z.string() }))
    .optional(),
});
export type SloResult = z.infer<typeof sloResultSchema>;

/** An invariant that was checked over the history of operations. */
export const checkerResultSchema = z.strictObject({
  id: nameSchema,
  verdict: checkVerdictSchema,
  checked: count,
  violations: count,
  exampleRequestIds: z.array(z.string()).max(5),
  why: z.string(),
});
export type CheckerResult = z.infer<typeof checkerResultSchema>;

export const comparisonSchema = z.strictObject({
  metric: metricIdSchema,
  baseline: nameSchema,
  variant: nameSchema,
  resourceRule: resourceRuleSchema,
  /** variant ÷ baseline, Hodges–Lehmann over the log ratios of paired repetitions. */
  ratio: z.number().positive(),
  /** Exact (Wilcoxon signed rank); absent where the number of pairs admits none at 95 %. */
  interval: intervalSchema.optional(),
  pairs: z.int().positive(),
  verdict: z.enum(['higher', 'lower', 'no-difference-seen', 'undecided']),
  /** The change that would have been seen, as a share; given with `no-difference-seen`. */
  detectableEffect: nonNegative.optional(),
});
export type Comparison = z.infer<typeof comparisonSchema>;

export const provenanceSchema = z.strictObject({
  commit: z.string().optional(),
  dirty: z.boolean().optional(),
  version: z.string(),
  configurationHash: z.string(),
  command: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  node: z.string(),
  operatingSystem: z.string(),
  cpuModel: z.string(),
  cpuCount: z.int().positive(),
  memoryBytes: z.int().positive(),
  versions: z.record(z.string(), z.string()),
  /** What made the load; absent where nothing was driven. Under ordinary scheduling others on the machine make it start jobs late. */
  generator: z.strictObject({ processes: z.int().positive(), realTimeScheduling: z.boolean() }).optional(),
});

/** `result.json`: the only input of every report. */
export const resultSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: nameSchema,
  scenario: nameSchema,
  title: z.string(),
  question: z.string(),
  hypothesis: z.string(),
  profile: profileIdSchema,
  settings: profileSchema,
  workload: workloadSchema,
  seed: z.int().nonnegative(),
  /** Generator processes among which the load was divided; 1 where absent. */
  workers: z.int().positive().optional(),
  baseline: nameSchema,
  /** A partial result was interrupted or cut short by trouble; it decides nothing. */
  status: z.enum(['complete', 'partial']),
  partialReason: z.string().optional(),
  verdict: runVerdictSchema,
  validity: z.strictObject({
    verdict: validityVerdictSchema,
    reasons: z.array(z.string()),
    /** The worst observation of each check over the judged steps that count. */
    checks: z.array(validityCheckSchema),
  }),
  platform: z.strictObject({
    /** `simulated`: nothing was started. */
    id: z.enum(['local', 'docker', 'simulated']),
    requested: z.enum(['auto', 'local', 'docker', 'simulated']),
    why: z.string(),
    /** The container engine, such as `Docker Engine 20.10.24, cgroup version 1`. */
    engine: z.string().optional(),
  }),
  /** Variants of the scenario that this platform or its engines cannot serve, and why. */
  leftOut: z.array(z.strictObject({ variant: nameSchema, why: z.string() })).optional(),
  components: z.array(componentSchema),
  slos: z.array(sloResultSchema),
  checkers: z.array(checkerResultSchema),
  variants: z.array(resultVariantSchema),
  /** Variants that were driven past their knee; absent where none was. */
  overloads: z.array(overloadResultSchema).optional(),
  comparisons: z.array(comparisonSchema),
  claims: z.array(judgedClaimSchema),
  /** Where the claims of this scenario exclude one another; absent where they do not. */
  contradictions: z.array(contradictionSchema).optional(),
  /** Consistent hashing of this corpus' own ids, replayed without a system: fullest ÷ mean by virtual nodes per shard. */
  ringBalance: z
    .array(
      z.strictObject({
        virtualNodes: z.int().positive(),
        shards: z.int().positive(),
        documents: count,
        maximumOverMean: z.number().min(1),
      }),
    )
    .optional(),
  provenance: provenanceSchema,
});
export type Result = z.infer<typeof resultSchema>;
