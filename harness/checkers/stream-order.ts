import type { CheckerResult } from '../contract/result.ts';
import { conclude, holds, violated } from './conclude.ts';

export interface CheckedStream {
  readonly requestId: string;
  readonly isInOrder: boolean;
}

/** Every streamed answer goes through processing, retrieved, generating and completed, in this order and each once. */
export function streamOrder(streams: readonly CheckedStream[]): CheckerResult {
  return conclude(
    'stream-order',
    'streams',
    streams.map(({ requestId, isInOrder }) => ({
      requestId,
      finding: isInOrder ? holds : violated(`${requestId} had its states in another order`),
    })),
  );
}
