import { headers as headerNames } from '../../system/api/headers.ts';
import { Failure } from '../contract/failure.ts';
import type { PreparedRequest } from '../contract/plan.ts';
import type { Target } from './transport.ts';

/** Written by the generator for each job or connection; a prepared request that brings its own would be ambiguous. */
const ownHeaders = new Set(['host', 'content-length', 'transfer-encoding', 'connection', headerNames.requestId, headerNames.deadlineMs]);
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
const requestPath = /^\/[\x21-\x7e]*$/;

/** Everything of a request that does not differ between jobs, as bytes. */
export interface WireRequest {
  readonly head: Buffer;
  readonly body: Buffer;
}

function refuse(request: PreparedRequest, what: string): never {
  throw new Failure('configuration', 'invalid_load_plan', `the prepared request ${request.method} ${request.path} ${what}`);
}

/** Builds the bytes of a prepared request once. Throws `Failure` where they would not be one well-formed request. */
export function wireRequest(request: PreparedRequest, target: Target): WireRequest {
  if (!requestPath.test(request.path)) {
    refuse(request, 'has a path with characters that must be percent-encoded');
  }
  const body = Buffer.from(request.body ?? '', 'utf8');
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
  return { head: Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1'), body };
}

/** The bytes of one job: the prepared ones with its request id and the whole milliseconds that are left to answer it. */
export function jobBytes({ head, body }: WireRequest, requestId: string, remainingMs: number): Buffer {
  const own = `${headerNames.requestId}: ${requestId}\r\n${headerNames.deadlineMs}: ${remainingMs}\r\n\r\n`;
  const bytes = Buffer.allocUnsafe(head.length + own.length + body.length);
  head.copy(bytes, 0);
  bytes.write(own, head.length, 'latin1');
  body.copy(bytes, head.length + own.length);
  return bytes;
}
