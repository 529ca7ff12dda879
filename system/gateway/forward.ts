import type { Request, Response } from 'express';
import { eventStreamType } from '../api/event-stream.ts';
import { headers } from '../api/headers.ts';
import { answerBytes } from '../runtime/answer.ts';
import { ApiError } from '../runtime/api-error.ts';
import { deadlineIn } from '../runtime/deadline.ts';
import { requestIdOf } from '../runtime/server.ts';
import { type Upstream, type UpstreamAnswer, type UpstreamRequest, type UpstreamStream, wholeAnswer } from '../runtime/upstream.ts';
import type { Principal } from './api-keys.ts';
import { relay, type StreamEnds } from './relay.ts';

export interface Forwarded {
  readonly upstream: Upstream;
  readonly path: string;
  readonly principal: Principal;
  readonly internalToken: string;
  /** Of a route that streams when it is asked to. */
  readonly stream?: StreamEnds | undefined;
}

function upstreamRequestOf(request: Request, response: Response, { path, principal, internalToken }: Forwarded): UpstreamRequest {
  const deadline = deadlineIn(response.locals);
  const body = response.locals.rawBody as Buffer | undefined;
  const answerTokens = request.get(headers.answerTokens);
  return {
    method: request.method as 'GET' | 'POST' | 'DELETE',
    path,
    headers: {
      [headers.tenant]: principal.tenant,
      [headers.internalToken]: internalToken,
      [headers.requestId]: requestIdOf(response.locals),
      [headers.deadlineMs]: String(Math.max(1, Math.floor(deadline.remainingMs()))),
      ...(answerTokens === undefined ? {} : { [headers.answerTokens]: answerTokens }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body,
    signal: deadline.signal,
  };
}

function answerWhole(response: Response, upstream: Upstream, { status, contentType, body }: UpstreamAnswer): void {
  if (status === 401) {
    // The caller's key was good; it is this gateway that the upstream does not know.
    throw new ApiError('upstream_failed', `${upstream.name} at ${upstream.origin} refused the gateway`, {
      hint: 'INTERNAL_TOKEN must be the same for every process',
    });
  }
  answerBytes(response, status, contentType, body);
}

/** What a caller accepts when that names event streams: it decides for those who do not say in the body. */
function streamingAccept(request: Request): string | undefined {
  const accept = request.get('accept');
  return accept?.includes(eventStreamType) === true ? accept : undefined;
}

/**
 * Passes a request on and its answer back, both as bytes. The headers are built from nothing, so that whatever a caller
 * writes into an inward header is dropped.
 */
export async function forward(request: Request, response: Response, forwarded: Forwarded): Promise<void> {
  const { upstream, stream } = forwarded;
  deadlineIn(response.locals).check('the gateway');
  const passedOn = upstreamRequestOf(request, response, forwarded);
  const accept = stream === undefined ? undefined : streamingAccept(request);
  const mayStream = stream !== undefined && (accept !== undefined || (request.body as { stream?: unknown } | null)?.stream === true);
  if (!mayStream) {
    answerWhole(response, upstream, await upstream.request(passedOn));
    return;
  }
  const answer: UpstreamStream = await upstream.open(
    accept === undefined ? passedOn : { ...passedOn, headers: { ...passedOn.headers, accept } },
  );
  if (answer.status === 200 && answer.contentType.startsWith(eventStreamType)) {
    response.locals.streamedWell = await relay(response, answer, stream);
  } else {
    answerWhole(response, upstream, await wholeAnswer(answer));
  }
}

/** The path of a request in a form that is safe to send on, whatever bytes the caller put into the URL. */
export function encodedPath(segments: readonly string[], url: string): string {
  const question = url.indexOf('?');
  const query = question === -1 ? '' : new URLSearchParams(url.slice(question + 1)).toString();
  return `/${segments.map(encodeURIComponent).join('/')}${query === '' ? '' : `?${query}`}`;
}
