import { z } from 'zod';
import { count, nameSchema, nonNegative } from './common.ts';
import { capacityLimitsSchema } from './scenario.ts';

/** The search for the highest rate within limits. */
export const capacitySchema = z.strictObject({
  limits: capacityLimitsSchema,
  /**
   * `found`: known to 5 % and confirmed. `never-failed`: even the highest rate to try was carried, so it is at least that.
   * `always-failed`: no rate was carried. `undecided`: the probes ran out, or said nothing.
   */
  outcome: z.enum(['found', 'never-failed', 'always-failed', 'undecided']),
  /** The highest rate that held in every probe; a capacity only when the outcome is `found`, a lower bound when `never-failed`. */
  ratePerSecond: z.number().positive().optional(),
  /** The lowest rate that failed: with `ratePerSecond` the interval of the answer. Absent where nothing failed. */
  failedAtPerSecond: z.number().positive().optional(),
  reason: z.string(),
  /** In the order in which they were made. */
  probes: z.array(
    z.strictObject({
      stepId: nameSchema,
      phase: z.enum(['bracket', 'bisect', 'confirm']),
      ratePerSecond: z.number().positive(),
      verdict: z.enum(['passed', 'failed', 'undecided']),
      reason: z.string(),
      achievedPerSecond: nonNegative,
      /** At the percentile of the limits; absent where nothing succeeded. */
      responseMs: nonNegative.optional(),
      sampleCount: count,
      /** Of the response times from the beginning of the probe to its end, as a share of their median. */
      drift: z.number().optional(),
    }),
  ),
});
export type Capacity = z.infer<typeof capacitySchema>;
