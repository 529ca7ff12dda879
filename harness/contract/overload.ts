import { z } from 'zod';
import { count, nameSchema, nonNegative } from './common.ts';
import { countsSchema } from './observation.ts';
import { errorClassSchema } from './operation.ts';
import { firstLimitKindSchema } from './scenario.ts';
import { serverSeriesSchema } from './server-series.ts';
import { topologySchema } from './topology.ts';
import { validityVerdictSchema } from './verdict.ts';
import { workloadSchema } from './workload.ts';

/** One second of a ramp; requests belong to the second of their intended start, whenever they ended. */
const overloadSecondSchema = z.strictObject({
  second: count,
  /** What the ramp asked for in its middle. */
  ratePerSecond: nonNegative,
  arrivals: count,
  succeeded: count,
  failed: z.partialRecord(errorClassSchema, count),
  /** When the first of the failed ones did: long after it came, where a process ended that had it. */
  firstFailureSecond: nonNegative.optional(),
  /** Failed requests whose error says that the provider refused them. */
  refusedByProvider: count,
  /** Of successes. */
  responseMs: z.strictObject({ mean: nonNegative, p50: nonNegative, p95: nonNegative }).optional(),
});
export type OverloadSecond = z.infer<typeof overloadSecondSchema>;

/** Something that gave out, or a sign of it, with the second in which it began. */
const limitSignSchema = z.strictObject({
  kind: firstLimitKindSchema,
  atSecond: nonNegative,
  /** One sentence with the figures. */
  evidence: z.string(),
});
export type LimitSign = z.infer<typeof limitSignSchema>;

/** One instance driven past its knee, and what gave out first. */
export const overloadResultSchema = z.strictObject({
  variant: nameSchema,
  title: z.string(),
  topology: topologySchema,
  workload: workloadSchema,
  stepId: nameSchema,
  ramp: z.strictObject({ fromPerSecond: nonNegative, toPerSecond: z.number().positive(), seconds: z.number().positive() }),
  validity: z.strictObject({ verdict: validityVerdictSchema, reasons: z.array(z.string()) }),
  counts: countsSchema,
  /** What the topology makes give out. */
  planted: firstLimitKindSchema.optional(),
  first: z.strictObject({
    kind: firstLimitKindSchema,
    atSecond: nonNegative.optional(),
    /** The rate of the ramp then. */
    ratePerSecond: nonNegative.optional(),
    evidence: z.string(),
  }),
  /** Everything that was seen to give out, in order of time. */
  signs: z.array(limitSignSchema),
  /** Processes that ended. */
  ended: z.array(z.strictObject({ part: z.string(), atSecond: nonNegative, outOfMemory: z.boolean(), how: z.string() })),
  seconds: z.array(overloadSecondSchema),
  servers: z.array(serverSeriesSchema),
});
export type OverloadResult = z.infer<typeof overloadResultSchema>;
