import { z } from 'zod';
import { nonNegative, operationKindSchema, positiveInteger, share } from './common.ts';

export const arrivalsSchema = z.enum(['constant', 'poisson']);
export type Arrivals = z.infer<typeof arrivalsSchema>;

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
  /** Counted from the intended start of a request. */
  deadlineMs: positiveInteger.max(600_000),
  connections: positiveInteger.max(4096),
});
export type Workload = z.infer<typeof workloadSchema>;
