import { z } from 'zod';
import { count, intervalSchema, nameSchema, nonNegative, positiveInteger, share } from './common.ts';
import { provenanceSchema } from './result.ts';

/** Ratios of one policy, or of a bound, at one size; each interval tells what sampling may have moved it by. */
const pointSchema = z.strictObject({
  /** Entries or bytes, as `limit` says. */
  size: positiveInteger,
  missRatio: share,
  interval: intervalSchema.optional(),
  /** How many more misses than the best policy at this size, as a share; the interval is of the difference, over the same keys. */
  aboveBest: z.strictObject({ difference: nonNegative, interval: intervalSchema.optional() }).optional(),
  /** Misses weighted by the size of what was asked; absent where the trace tells no sizes. */
  byteMissRatio: share.optional(),
  /** Misses weighted by what each costs at the provider. */
  tokenMissRatio: share.optional(),
  secondsMissRatio: share.optional(),
});
export type CacheReplayPoint = z.infer<typeof pointSchema>;

const policySchema = z.strictObject({
  id: nameSchema,
  title: z.string(),
  source: z.string(),
  points: z.array(pointSchema).max(200),
});
export type CacheReplayPolicy = z.infer<typeof policySchema>;

const turnoverSchema = z.strictObject({ topKept: share, workingSetKept: share, rankChange: nonNegative.optional() });

/** What the requests are like, whatever cache they meet. */
export const workloadLensesSchema = z.strictObject({
  popularity: z
    .strictObject({
      exponent: nonNegative,
      interval: intervalSchema,
      population: positiveInteger,
      kolmogorovSmirnov: share,
      pValue: share,
      bootstraps: positiveInteger,
      expectedOnceShare: share,
    })
    .optional(),
  /** Requests per key by rank, observed and, where a law was fitted, fitted. */
  ranks: z.array(z.strictObject({ rank: positiveInteger, requests: nonNegative, fitted: nonNegative.optional() })).max(200),
  once: z.strictObject({ keyShare: share, requestShare: share }),
  reuse: z.strictObject({
    firstShare: share,
    medianDistance: nonNegative.optional(),
    buckets: z.array(z.strictObject({ upTo: z.number().positive(), share })).max(64),
    repeatsWithin: z.array(z.strictObject({ seconds: z.number().positive(), share })).optional(),
  }),
  drift: z
    .strictObject({
      windows: positiveInteger,
      requestsPerWindow: positiveInteger,
      topKeys: positiveInteger,
      observed: turnoverSchema,
      shuffled: turnoverSchema,
    })
    .optional(),
  workingSet: z
    .array(z.strictObject({ requestShare: share, seconds: nonNegative.optional(), distinct: count, cumulative: count }))
    .max(200),
});
export type WorkloadLenses = z.infer<typeof workloadLensesSchema>;

/** Why a policy wins: a lens that says so and the measured difference that agrees with it, or does not. */
const findingSchema = z.strictObject({
  rule: z.enum(['probation', 'frequency', 'drift', 'recency', 'first-requests', 'loop', 'size-aware']),
  /** Does what was measured bear out what the lens lets one expect? */
  agrees: z.boolean(),
  /** The better policy of the comparison and the other one; absent where the rule compares with the bound. */
  policy: nameSchema,
  rival: nameSchema.optional(),
  /** Miss ratio of the rival (or of the policy over the bound) minus that of the policy. */
  difference: z.number(),
  /** The lens' figure that the rule rests on. */
  evidence: z.number(),
});
export type CacheReplayFinding = z.infer<typeof findingSchema>;

/** `cache-replay.json`: policies × sizes over one trace, and the only input of its report. */
export const cacheReplaySchema = z.strictObject({
  kind: z.literal('cache-replay'),
  schemaVersion: z.literal(1),
  runId: nameSchema,
  seed: count,
  trace: z.strictObject({
    /** Without its folder. */
    file: z.string(),
    format: nameSchema,
    formatTitle: z.string(),
    compression: z.enum(['none', 'zstd', 'gzip']),
    requests: positiveInteger,
    /** Exact where everything was read into memory, otherwise estimated from the sample. */
    keys: positiveInteger,
    /** Of all distinct keys together. */
    footprintBytes: nonNegative.optional(),
    spanSeconds: nonNegative.optional(),
    totalTokens: nonNegative.optional(),
    totalSeconds: nonNegative.optional(),
    /** Where the trace has no keys: the popularity from which they were drawn. */
    drawnKeys: z.strictObject({ keys: positiveInteger, exponent: nonNegative, neverRepeatedShare: share }).optional(),
  }),
  /** How much of the trace the policies saw. */
  sampling: z.strictObject({
    /** Share of the keys; 1 is everything. */
    rate: z.number().positive().max(1),
    requests: positiveInteger,
    keys: positiveInteger,
  }),
  limit: z.enum(['entries', 'bytes']),
  /** `ttl` as it was asked for: seconds, or by hits since the write such as `60,3:600`. */
  lifetime: z.strictObject({ expiry: nameSchema, ttl: z.string() }).optional(),
  /** Sizes that were left out because the sample is too small for them. */
  sizesLeftOut: z.array(positiveInteger),
  policies: z.array(policySchema).min(1),
  /** The LRU curve over all sizes in one pass by stack distances; absent where sizes or lifetimes forbid it. */
  lruCurve: z
    .array(z.strictObject({ size: positiveInteger, missRatio: share, interval: intervalSchema.optional() }))
    .max(200)
    .optional(),
  bounds: z.array(
    z.strictObject({
      id: nameSchema,
      title: z.string(),
      /** True where no policy can be below it; false for a relaxation that may lie lower than anything could reach, or for a heuristic. */
      exact: z.boolean(),
      note: z.string(),
      points: z.array(pointSchema).max(200),
    }),
  ),
  lenses: workloadLensesSchema,
  /** The size at which the policies are compared in words. */
  comparedSize: positiveInteger,
  findings: z.array(findingSchema),
  provenance: provenanceSchema,
});
export type CacheReplay = z.infer<typeof cacheReplaySchema>;
