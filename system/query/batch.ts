import type { Response } from 'express';
import type { Logger } from 'pino';
import { batchConcurrency, batchRequestSchema, maximumBatch } from '../api/batch.ts';
import { answerJson } from '../runtime/answer.ts';
import { ApiError } from '../runtime/api-error.ts';
import { type Deadline, deadlineIn, endingEarlier } from '../runtime/deadline.ts';
import { valid } from '../runtime/json-body.ts';
import { asApiError, requestIdOf } from '../runtime/server.ts';

/** Part of a batch's deadline that is kept for answering: the queries that are done are delivered when others are too slow. */
const reserveShare = 0.1;
const longestReserveMs = 250;
const longestRequestId = 128;

/**
 * Does `work` for every item, for at most `limit` of them at the same time, each begun in its turn. The results are in the
 * order of the items. `work` must not reject.
 */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await work(items[index] as Item, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

export interface BatchedQuery {
  /** As the caller sent it. */
  readonly given: unknown;
  readonly requestId: string;
  readonly deadline: Deadline;
}

/**
 * Answers a batch: every query by itself, each with its own request id, so that one that fails is an error among answers. Throws
 * `batch_too_large` above 1000 queries.
 */
export async function answerBatch(
  body: unknown,
  response: Response,
  { answer, logger }: { readonly answer: (query: BatchedQuery) => Promise<object>; readonly logger: Logger },
): Promise<void> {
  const { queries } = valid(batchRequestSchema, body);
  if (queries.length > maximumBatch) {
    throw new ApiError('batch_too_large', `the batch has ${queries.length} queries`, {
      hint: `send at most ${maximumBatch} in one batch`,
    });
  }
  const whole = deadlineIn(response.locals);
  const requestId = requestIdOf(response.locals);
  const remainingMs = whole.remainingMs();
  using deadline = endingEarlier(whole, Math.min(longestReserveMs, remainingMs * reserveShare));
  let failed = 0;
  const results = await mapConcurrently(queries, batchConcurrency, async (given, index) => {
    const suffix = `.${index}`;
    const own = requestId.slice(0, longestRequestId - suffix.length) + suffix;
    try {
      deadline.check('the batch');
      return await answer({ given, requestId: own, deadline });
    } catch (error) {
      failed += 1;
      const known = asApiError(error);
      if (known.code === 'internal') {
        logger.error({ err: error, request_id: own }, 'unexpected error');
      }
      return known.body(own);
    }
  });
  // Nobody is there any more to take the answer.
  whole.signal.throwIfAborted();
  answerJson(response, 200, { results, succeeded: queries.length - failed, failed, request_id: requestId });
}
