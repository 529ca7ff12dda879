import type { Request, RequestHandler, Response } from 'express';
import { defaultDeadlineMs, headers, maximumDeadlineMs } from '../api/headers.ts';
import { answerJson } from './answer.ts';
import { ApiError } from './api-error.ts';
import { errorBodyOf } from './server.ts';

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

/**
 * Answers 504 at the deadline whatever the handlers behind it are waiting for: an upstream that hangs, or a caller that
 * sends its body too slowly. They find the deadline by `deadlineIn(response.locals)` and stop on its signal.
 */
export const guardDeadline: RequestHandler = (request, response, next) => {
  const deadline = deadlineOf(request, response);
  response.locals.deadline = deadline;
  deadline.signal.addEventListener(
    'abort',
    () => {
      if (response.headersSent || response.destroyed) {
        return;
      }
      if (!request.complete) {
        // What is still to come of the body would be read as the next request.
        response.setHeader('connection', 'close');
      }
      const error = deadline.signal.reason as ApiError;
      answerJson(response, error.status, errorBodyOf(response.locals, error));
    },
    { once: true },
  );
  next();
};

/** The deadline that `guardDeadline` began. */
export function deadlineIn(locals: Record<string, unknown>): Deadline {
  if (locals.deadline === undefined) {
    throw new ApiError('internal', 'a handler that needs a deadline is not behind guardDeadline');
  }
  return locals.deadline as Deadline;
}

/** The part of a deadline that work may take when `reserveMs` are kept for what comes after it. */
export function endingEarlier(deadline: Deadline, reserveMs: number): Deadline & Disposable {
  const budgetMs = deadline.remainingMs() - reserveMs;
  const endsAt = performance.now() + budgetMs;
  const cut = new AbortController();
  const timer = setTimeout(
    () => cut.abort(new ApiError('deadline_exceeded', `no answer within ${Math.round(budgetMs)} ms, which its part of the deadline is`)),
    budgetMs,
  );
  const signal = AbortSignal.any([deadline.signal, cut.signal]);
  const remainingMs = () => Math.max(0, endsAt - performance.now());
  return {
    signal,
    remainingMs,
    check(during) {
      deadline.check(during);
      signal.throwIfAborted();
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** Waits for work that cannot be cancelled, at most until the signal aborts; the work goes on and its end is ignored. */
export async function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (abort !== undefined) {
      signal.removeEventListener('abort', abort);
    }
  }
}
