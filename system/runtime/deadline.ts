import type { Request, Response } from 'express';
import { defaultDeadlineMs, headers, maximumDeadlineMs } from '../api/headers.ts';
import { ApiError } from './api-error.ts';

/** How long an answer is still worth having; aborts at the deadline or when the caller has gone. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** At least 0. */
  remainingMs(): number;
  /** Throws `deadline_exceeded` when the time is up. */
  check(during: string): void;
}

/** Reads the deadline header (default 10 s); a value that is no number of milliseconds in (0, 600000] is refused. */
export function deadlineOf(request: Request, response: Response): Deadline {
  const given = request.get(headers.deadlineMs);
  const budgetMs = given === undefined ? defaultDeadlineMs : Number(given);
  if (!(budgetMs > 0 && budgetMs <= maximumDeadlineMs)) {
    throw new ApiError('invalid_request', `header ${headers.deadlineMs} is "${given}"`, {
      hint: `a number of milliseconds above 0 and at most ${maximumDeadlineMs}`,
    });
  }
  const endsAt = performance.now() + budgetMs;
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(new ApiError('deadline_exceeded', `the deadline of ${budgetMs} ms has passed`)), budgetMs);
  response.once('close', () => {
    clearTimeout(timer);
    if (!response.writableEnded) {
      gone.abort(new ApiError('deadline_exceeded', 'the caller closed the connection'));
    }
  });
  const remainingMs = () => Math.max(0, endsAt - performance.now());
  return {
    signal: gone.signal,
    remainingMs,
    check(during) {
      if (gone.signal.aborted || remainingMs() === 0) {
        throw new ApiError('deadline_exceeded', `the deadline of ${budgetMs} ms passed during ${during}`);
      }
    },
  };
}
