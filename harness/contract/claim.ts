import { z } from 'zod';
import { intervalSchema } from './common.ts';
import { claimVerdictSchema } from './verdict.ts';

/** A sentence of the source material, judged by what this run measured. */
export const judgedClaimSchema = z.strictObject({
  id: z.string(),
  statement: z.string(),
  verdict: claimVerdictSchema,
  measured: z.strictObject({ value: z.number(), unit: z.string(), interval: intervalSchema.optional() }).optional(),
  why: z.string(),
});
