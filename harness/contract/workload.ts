import { z } from 'zod';
import { arrivalsSchema } from './arrivals.ts';
import { nonNegative, operationKindSchema, positiveInteger, share, transportSchema } from './common.ts';

/** How long a user waits between an answer and the next request, ms. */
export const thinkTimeSchema = z.discriminatedUnion('distribution', [
  z.strictObject({ distribution: z.literal('uniform'), minimumMs: nonNegative, maximumMs: nonNegative }),
  z.strictObject({ distribution: z.literal('exponential'), meanMs: nonNegative }),
  z.strictObject({ distribution: z.literal('lognormal'), medianMs: z.number().positive(), sigma: nonNegative.max(4) }),
]);
export type ThinkTime = z.infer<typeof thinkTimeSchema>;

/** Users who wait for an answer, think, and ask again: the load falls when the system slows down. */
export const closedLoopSchema = z
  .strictObject({
    users: positiveInteger.max(100_000),
    thinkTime: thinkTimeSchema,
    /** Requests that share one session; 1 = no sessions. */
    turnsPerSession: positiveInteger.max(100),
    /** The users start evenly over this time. */
    rampUpSeconds: nonNegative,
  })
  .superRefine(({ thinkTime }, context) => {
    if (thinkTime.distribution === 'uniform' && thinkTime.maximumMs < thinkTime.minimumMs) {
      context.addIssue({
        code: 'custom',
        path: ['thinkTime', 'maximumMs'],
        message: `maximumMs is ${thinkTime.maximumMs}, below minimumMs ${thinkTime.minimumMs}`,
      });
    }
  });
export type ClosedLoop = z.infer<typeof closedLoopSchema>;

/** What is asked of the system and by whom; rates and durations belong to the profile. */
export const workloadSchema = z.strictObject({
  corpus: z.strictObject({
    tenants: positiveInteger.max(64),
    concepts: positiveInteger.max(4096),
    /** Share of documents and queries written in Chinese; the rest is English. */
    chineseShare: share,
  }),
  queries: z.strictObject({
    /** Size of the pool of questions that repeat. */
    distinct: positiveInteger,
    /** Exponent of the popularity of the pool, 0 = uniform. */
    zipfExponent: nonNegative.max(4),
    /** Share of queries that are asked once and never again. */
    neverRepeatedShare: share,
    topK: positiveInteger.max(100),
  }),
  /** Relative weights; they need not sum to 1 but one must be positive. */
  mix: z
    .partialRecord(operationKindSchema, nonNegative)
    .refine((mix) => Object.values(mix).some((weight) => weight > 0), 'at least one weight must be above 0'),
  arrivals: arrivalsSchema,
  /** Where present the load is a closed loop, and `arrivals` and the rates of the profile do not apply. */
  closedLoop: closedLoopSchema.optional(),
  /** Counted from the intended start of a request. */
  deadlineMs: positiveInteger.max(600_000),
  connections: positiveInteger.max(4096),
  /** autocannon where absent. */
  transport: transportSchema.optional(),
});
export type Workload = z.infer<typeof workloadSchema>;

/**
 * What one variant asks otherwise than its scenario, whole fields and never parts of them. The corpus is no part of it: all
 * variants of a scenario hold the same documents.
 */
export const workloadOverrideSchema = workloadSchema.omit({ corpus: true }).partial();
