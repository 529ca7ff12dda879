import { z } from 'zod';
import { nameSchema } from './common.ts';

/** One line of `events.jsonl`: what the runner did and saw, in order. Progress is a rendering of these. */
export const eventSchema = z.strictObject({
  /** ms since 1970. */
  atMs: z.number(),
  type: z.enum(['run', 'start', 'fill', 'step', 'invalid', 'judge', 'report', 'stop', 'trouble']),
  variant: nameSchema.optional(),
  step: nameSchema.optional(),
  message: z.string(),
  /** 0–1 of the whole run, where known. */
  progress: z.number().min(0).max(1).optional(),
});
export type RunEvent = z.infer<typeof eventSchema>;
