import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { VectorNodeError } from '../errors.ts';

/** What the callers of a node must show; without any key everyone may do everything. */
export interface ApiKeys {
  readonly full: string | undefined;
  readonly readOnly: string | undefined;
}

/** Paths that need no key. */
const openPaths = ['/', '/healthz', '/livez', '/readyz'];
const bearer = 'Bearer ';

/** Calls that a read-only key may make with POST; GET is always one. */
const readCalls =
  /^\/collections\/[^/]+\/(points|points\/(scroll|count|query|search|recommend|discover)|points\/(query|search|recommend|discover)\/(batch|groups)|points\/search\/matrix\/(pairs|offsets)|facet)\/?$/;
/** The one write whose body is read, and refused for what is in it, before the key is looked at. */
const createCall = /^\/collections\/[^/]+\/?$/;

const digest = (text: string) => createHash('sha256').update(text).digest();

function isKey(given: string, key: string | undefined): boolean {
  return key !== undefined && timingSafeEqual(digest(given), digest(key));
}

function givenKey(request: Request): string | undefined {
  const header = request.get('api-key');
  const authorization = request.get('authorization');
  return header ?? (authorization?.startsWith(bearer) === true ? authorization.slice(bearer.length) : undefined);
}

/** A refusal in plain text and without a content type, as the engine's. */
function refuse(response: Response, problem: string): void {
  response.statusCode = 401;
  response.end(problem);
}

const forbidden = () => new VectorNodeError(403, 'Forbidden: Global manage access is required');

/** Asks for a key. A read-only key may read; whatever is not known to be a read is a write. */
export function requireKey({ full, readOnly }: ApiKeys): RequestHandler {
  const isOpen = full === undefined && readOnly === undefined;
  return (request, response, next) => {
    if (isOpen || openPaths.includes(request.path.replace(/(.)\/$/, '$1'))) {
      next();
      return;
    }
    const key = givenKey(request);
    if (key === undefined) {
      refuse(response, 'Must provide an API key or an Authorization bearer token');
      return;
    }
    if (isKey(key, full)) {
      next();
      return;
    }
    if (!isKey(key, readOnly)) {
      refuse(response, 'Invalid API key or JWT');
      return;
    }
    if (request.method === 'GET' || (request.method === 'POST' && readCalls.test(request.path))) {
      next();
    } else if (request.method === 'PUT' && createCall.test(request.path)) {
      response.locals.mayOnlyRead = true;
      next();
    } else {
      next(forbidden());
    }
  };
}

/** Ends a write of a caller who may only read. */
export function requireWriteAccess(request: Request): void {
  if (request.res?.locals.mayOnlyRead === true) {
    throw forbidden();
  }
}
