import { hash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { apiKeyRecordSchema } from '../api/environment.ts';
import { headers } from '../api/headers.ts';
import { ApiError } from './api-error.ts';

const tenantSchema = apiKeyRecordSchema.shape.tenant;

/** SHA-256, so that secrets of any length compare in constant time and none is kept. */
export function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/**
 * Lets through only what the gateway sent: its token must match, and it names the tenant. Behind it the tenant is in
 * `response.locals.tenant`. Nobody else may name a tenant, so a missing token is refused before the tenant is read.
 */
export function requireInternalToken(token: string): RequestHandler {
  const expected = digestOf(token);
  return (request, response, next) => {
    const given = request.get(headers.internalToken);
    if (given === undefined || !timingSafeEqual(digestOf(given), expected)) {
      throw new ApiError('unauthenticated', `header ${headers.internalToken} is missing or wrong`, {
        hint: 'only the gateway talks to this process; send requests to the gateway',
      });
    }
    const tenant = request.get(headers.tenant);
    if (!tenantSchema.safeParse(tenant).success) {
      throw new ApiError('invalid_request', `header ${headers.tenant} is "${tenant ?? ''}"`, { hint: 'the gateway names the tenant' });
    }
    response.locals.tenant = tenant;
    next();
  };
}

export function tenantOf(locals: Record<string, unknown>): string {
  if (typeof locals.tenant !== 'string') {
    throw new ApiError('internal', 'a handler that needs a tenant is not behind requireInternalToken');
  }
  return locals.tenant;
}
