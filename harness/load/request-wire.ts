import { headers as headerNames } from '../../system/api/headers.ts';
import { Failure } from '../contract/failure.ts';
import type { LoadPlan, PreparedRequest } from '../contract/plan.ts';

/** Written by the generator for each job or connection; a prepared request that brings its own would be ambiguous. */
const ownHeaders = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'expect',
  headerNames.requestId,
  headerNames.deadlineMs,
]);
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
const requestPath = /^\/[\x21-\x7e]*$/;

/** Everything of a request that does not differ between jobs, as bytes. */
export interface WireRequest {
  readonly method: PreparedRequest['method'];
  readonly path: string;
  /** Names and values in turn, without those that the generator writes for each job or connection. */
  readonly headers: readonly string[];
  /** The request line and all headers that do not differ between jobs. */
  readonly head: Buffer;
  readonly body: Buffer;
  /** Where the body has room for the id of a conversation; absent where it has none. */
  readonly sessionAt?: number;
}

function refuse(request: PreparedRequest, what: string): never {
  throw new Failure('configuration', 'invalid_load_plan', `the prepared request ${request.method} ${request.path} ${what}`);
}

const sessionField = '{"session_id":"';

/** The body with room for an id of `sessionLength` characters as its first field. */
function bodyWithSession(request: PreparedRequest, sessionLength: number): Buffer {
  if (sessionLength === 0 || !/^\{\s*"/.test(request.body ?? '')) {
    refuse(
      request,
      sessionLength === 0
        ? 'belongs to a conversation, but there are no users'
        : 'cannot name its conversation: its body is no JSON object with fields',
    );
  }
  return Buffer.from(`${sessionField}${'-'.repeat(sessionLength)}",${(request.body ?? '').slice(1)}`, 'utf8');
}

/**
 * Builds the bytes of a prepared request once; ids of conversations have `sessionLength` characters. Throws `Failure` where they
 * would not be one well-formed request.
 */
export function wireRequest(request: PreparedRequest, target: LoadPlan['target'], sessionLength = 0): WireRequest {
  if (!requestPath.test(request.path)) {
    refuse(request, 'has a path with characters that must be percent-encoded');
  }
  const body = request.session === true ? bodyWithSession(request, sessionLength) : Buffer.from(request.body ?? '', 'utf8');
  const lines = [`${request.method} ${request.path} HTTP/1.1`, `host: ${target.host}:${target.port}`];
  for (const [name, value] of Object.entries(request.headers)) {
    if (ownHeaders.has(name.toLowerCase())) {
      refuse(request, `sets the header ${name}, which the generator writes itself`);
    }
    if (!headerName.test(name) || !headerValue.test(value)) {
      refuse(request, `has the header ${JSON.stringify(name)} with characters that no header may contain`);
    }
    lines.push(`${name}: ${value}`);
  }
  if (request.body !== undefined || request.method !== 'GET') {
    lines.push(`content-length: ${body.length}`);
  }
  const head = Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1');
  const { method, path } = request;
  return {
    method,
    path,
    headers: Object.entries(request.headers).flat(),
    head,
    body,
    ...(request.session === true && { sessionAt: sessionField.length }),
  };
}

/** The body of one job, with the id of its conversation where there is room for it. */
export function jobBody({ body, sessionAt }: WireRequest, sessionId?: string): Buffer {
  if (sessionAt === undefined || sessionId === undefined) {
    return body;
  }
  const own = Buffer.from(body);
  own.write(sessionId, sessionAt, 'latin1');
  return own;
}

/**
 * The bytes of one job: the prepared ones with its request id, the whole milliseconds that are left to answer it and, where there
 * is room for it, the id of its conversation.
 */
export function jobBytes({ head, body, sessionAt }: WireRequest, requestId: string, remainingMs: number, sessionId?: string): Buffer {
  const own = `${headerNames.requestId}: ${requestId}\r\n${headerNames.deadlineMs}: ${remainingMs}\r\n\r\n`;
  const bytes = Buffer.allocUnsafe(head.length + own.length + body.length);
  head.copy(bytes, 0);
  bytes.write(own, head.length, 'latin1');
  const bodyAt = head.length + own.length;
  body.copy(bytes, bodyAt);
  if (sessionAt !== undefined && sessionId !== undefined) {
    bytes.write(sessionId, bodyAt + sessionAt, 'latin1');
  }
  return bytes;
}
