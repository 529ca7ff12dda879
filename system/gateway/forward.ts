import type { Request, Response } from 'express';
import { headers } from '../api/headers.ts';
import { answerBytes } from '../runtime/answer.ts';
import { ApiError } from '../runtime/api-error.ts';
import { deadlineIn } from '../runtime/deadline.ts';
import { requestIdOf } from '../runtime/server.ts';
import type { Upstream } from '../runtime/upstream.ts';
import type { Principal } from './api-keys.ts';

export interface Forwarded {
  readonly upstream: Upstream;
  readonly path: string;
  readonly principal: Principal;
  readonly internalToken: string;
}

/**
 * Passes a request on and its answer back, both as bytes. The headers are built from nothing, so that whatever a caller
 * writes into an inward header is dropped.
 */
export async function forward(
  request: Request,
  response: Response,
  { upstream, path, principal, internalToken }: Forwarded,
): Promise<void> {
  const deadline = deadlineIn(response.locals);
  const body = response.locals.rawBody as Buffer | undefined;
  deadline.check('the gateway');
  const answer = await upstream.request({
    method: request.method as 'GET' | 'POST' | 'DELETE',
    path,
    headers: {
      [headers.tenant]: principal.tenant,
      [headers.internalToken]: internalToken,
      [headers.requestId]: requestIdOf(response.locals),
      [headers.deadlineMs]: String(Math.max(1, Math.floor(deadline.remainingMs()))),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body,
    signal: deadline.signal,
  });
  if (answer.status === 401) {
    // The caller's key was good; it is this gateway that the upstream does not know.
    throw new ApiError('upstream_failed', `${upstream.name} at ${upstream.origin} refused the gateway`, {
      hint: 'INTERNAL_TOKEN must be the same for every process',
    });
  }
  answerBytes(response, answer.status, answer.contentType, answer.body);
}

/** The path of a request in a form that is safe to send on, whatever bytes the caller put into the URL. */
export function encodedPath(segments: readonly string[], url: string): string {
  const question = url.indexOf('?');
  const query = question === -1 ? '' : new URLSearchParams(url.slice(question + 1)).toString();
  return `/${segments.map(encodeURIComponent).join('/')}${query === '' ? '' : `?${query}`}`;
}
