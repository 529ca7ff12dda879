import type { Response } from 'express';
import type { AskEvent } from '../api/ask-stream.ts';
import { dataText, eventText } from '../api/event-stream.ts';
import { ApiError } from '../runtime/api-error.ts';
import { deadlineIn } from '../runtime/deadline.ts';
import { beginEventStream } from '../runtime/event-stream.ts';
import { asApiError, errorBodyOf } from '../runtime/server.ts';
import type { UpstreamStream } from '../runtime/upstream.ts';

/** How the streams of one route end. The marks cannot stand inside an event's JSON, which has neither line breaks nor bare quotes. */
export interface StreamEnds {
  /** Begins the event that ends a stream well, and the one that ends it with an error. */
  readonly completed: string;
  readonly failed: string;
  readonly failure: (errorBody: unknown) => string;
}

export const askStreamEnds: StreamEnds = {
  completed: 'event: completed\n',
  failed: 'event: error\n',
  failure: (body) => eventText('error', body as AskEvent<'error'>),
};

export const chatStreamEnds: StreamEnds = {
  completed: 'data: [DONE]\n',
  failed: 'data: {"error":',
  failure: (body) => dataText(JSON.stringify(body)),
};

const eventEnd = '\n\n';

/** Cuts a stream of bytes into pieces of whole events, so that an event of ours can follow any of them. */
export function wholeEvents(): (piece: Buffer) => Buffer | undefined {
  let rest: Buffer[] = [];
  return (piece) => {
    if (piece.length === 0) {
      // It would stand between the two halves of an end and hide it.
      return undefined;
    }
    // An end that is split between two pieces is found when both are there.
    const last = rest.at(-1);
    const isSplitEnd = last !== undefined && last.at(-1) === 0x0a && piece[0] === 0x0a;
    const end = piece.lastIndexOf(eventEnd);
    const length = end === -1 ? (isSplitEnd ? 1 : 0) : end + eventEnd.length;
    if (length === 0) {
      rest.push(piece);
      return undefined;
    }
    const whole = rest.length === 0 ? piece.subarray(0, length) : Buffer.concat([...rest, piece.subarray(0, length)]);
    rest = length === piece.length ? [] : [piece.subarray(length)];
    return whole;
  };
}

/**
 * Passes a stream of events on as it comes and no faster than the caller reads. A stream that breaks off, ends early or meets
 * the deadline gets an error as its last event. Resolves with whether it ended well.
 */
export async function relay(response: Response, upstream: UpstreamStream, { completed, failed, failure }: StreamEnds): Promise<boolean> {
  const { signal } = deadlineIn(response.locals);
  const stream = beginEventStream(response, signal);
  const cut = wholeEvents();
  let ended: 'well' | 'badly' | undefined;
  try {
    for await (const piece of upstream.bytes) {
      const events = cut(piece);
      if (events !== undefined) {
        if (events.includes(completed)) {
          ended = 'well';
        } else if (events.includes(failed)) {
          ended = 'badly';
        }
        await stream.send(events);
      }
    }
    if (ended === undefined) {
      throw new ApiError('upstream_failed', 'the query tier ended its stream before the answer was complete', {
        hint: 'ask again: nothing was changed',
      });
    }
    stream.end();
  } catch (error) {
    const known = asApiError(error);
    // What is known to have ended needs no second end.
    stream.end(ended === undefined ? failure(errorBodyOf(response.locals, known)) : undefined);
    if (known.code === 'internal') {
      throw error;
    }
  }
  return ended === 'well';
}
