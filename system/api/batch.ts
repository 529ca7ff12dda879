import { z } from 'zod';
import { errorBodySchema } from './errors.ts';
import { askRequestSchema, askResponseSchema, searchResponseSchema } from './search.ts';

/** More queries than this in one batch are refused with `batch_too_large`. */
export const maximumBatch = 1_000;

/** Queries of one batch that are worked on at the same time. */
export const batchConcurrency = 100;

/**
 * `POST /v1/search/batch` and `POST /v1/ask/batch`. Each query is read by itself, so that one that is wrong fails alone.
 */
export const batchRequestSchema = z.strictObject({ queries: z.array(z.unknown()).min(1) });

/** One query of `POST /v1/ask/batch`: its answers come together and in no order of time, so it has neither stream nor session. */
export const batchedAskSchema = askRequestSchema.omit({ stream: true, session_id: true });

function batchResponseSchema<T extends z.ZodType>(answer: T) {
  return z.strictObject({
    /** In the order of the queries: each is the body that its own request would have got, an answer or an error. */
    results: z.array(z.union([answer, errorBodySchema])),
    succeeded: z.int().nonnegative(),
    failed: z.int().nonnegative(),
    request_id: z.string(),
  });
}

export const searchBatchResponseSchema = batchResponseSchema(searchResponseSchema);
export const askBatchResponseSchema = batchResponseSchema(askResponseSchema);
