import { z } from 'zod';

/**
 * The consecutive stages of a request inside the query tier; their durations add up to `total_ms`. `history` is what is left of
 * reading the conversation when the search has ended, `remember` is writing the new turn, `cache` is looking for a kept answer and,
 * where the same question is being answered, waiting for that.
 */
export const stageNames = ['cache', 'preprocess', 'embed', 'search', 'merge', 'fuse', 'rerank', 'history', 'generate', 'remember'] as const;
export type StageName = (typeof stageNames)[number];

/** What every answer of the query tier carries so that its quality and its time can be judged from outside. */
export const evidenceSchema = z.strictObject({
  request_id: z.string(),
  /** Name of the collection that served. */
  index_version: z.string(),
  /** Every change of the log up to this number was visible on every asked shard when the search began; later ones may be. */
  applied_sequence: z.int().nonnegative(),
  /** Where the answer was kept; `none` where it was made for this request, or for another one at the same time. */
  cache_tier: z.enum(['none', 'redis']),
  /** Of a kept answer, since it was made, ms. `applied_sequence` is then that of its making, and no shard was asked. */
  cache_age_ms: z.number().nonnegative().optional(),
  stages: z.array(z.strictObject({ stage: z.enum(stageNames), duration_ms: z.number().nonnegative() })),
  total_ms: z.number().nonnegative(),
  /** Streams: from the start of the stage `generate` to the first text of the model, ms; absent when the answer has no text. */
  time_to_first_token_ms: z.number().nonnegative().optional(),
  shards: z.strictObject({ asked: z.int().nonnegative(), answered: z.int().nonnegative() }),
  /** Time from asking each answering shard to its whole answer, ms, in the order asked: the slowest is what a scattered search waits for. */
  shards_ms: z.array(z.number().nonnegative()).optional(),
  degraded: z.boolean(),
  degraded_reason: z.string().nullable(),
});
export type Evidence = z.infer<typeof evidenceSchema>;
