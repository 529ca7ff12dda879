import type { CheckerResult } from '../contract/result.ts';
import { conclude, holds, violated } from './conclude.ts';

/** A successful response that is not of the form of its route's schema. */
export interface MalformedResponse {
  readonly id: string;
  readonly why: string;
}

/**
 * Every successful response has the form of its wire schema. What has not can be judged by no other checker, and is seen
 * here. `readableIds` are the requests whose responses could be read.
 */
export function wireFormat(readableIds: readonly string[], malformed: readonly MalformedResponse[]): CheckerResult {
  return conclude('wire-format', 'responses', [
    ...readableIds.map((requestId) => ({ requestId, finding: holds })),
    ...malformed.map(({ id, why }) => ({ requestId: id, finding: violated(why) })),
  ]);
}
