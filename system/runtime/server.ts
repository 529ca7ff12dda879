import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { type ErrorBody, errorStatus } from '../api/errors.ts';
import { headers } from '../api/headers.ts';
import { ApiError } from './api-error.ts';
import { listenAtDoors } from './listen.ts';

const requestIdPattern = /^[A-Za-z0-9._:-]{1,128}$/;

/** An Express app with nothing switched on that costs time per request or tells a stranger what runs here. */
export function createApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  return app;
}

/** Gives every request an id: the caller's when it is well-formed, otherwise a new one; it is in `response.locals.requestId` and the answer's header. */
export const assignRequestId: RequestHandler = (request, response, next) => {
  const given = request.get(headers.requestId);
  const requestId = given !== undefined && requestIdPattern.test(given) ? given : randomUUID();
  response.locals.requestId = requestId;
  response.setHeader(headers.requestId, requestId);
  next();
};

export function requestIdOf(locals: Record<string, unknown>): string {
  return typeof locals.requestId === 'string' ? locals.requestId : 'unassigned';
}

type ErrorForm = (body: ErrorBody) => unknown;

/** Errors of the requests behind this are answered in another form, for routes whose callers expect one of their own. */
export function answerErrorsAs(form: ErrorForm): RequestHandler {
  return (_request, response, next) => {
    response.locals.errorForm = form;
    next();
  };
}

/** The wire form of an error for one request. */
export function errorBodyOf(locals: Record<string, unknown>, error: ApiError): unknown {
  const body = error.body(requestIdOf(locals));
  const form = locals.errorForm as ErrorForm | undefined;
  return form === undefined ? body : form(body);
}

/** Ends every chain: a path that no route took. */
export const refuseUnknownPath: RequestHandler = (request) => {
  throw new ApiError('not_found', `no route ${request.method} ${request.path}`);
};

/** For paths that exist with other methods. */
export const refuseMethod: RequestHandler = (request) => {
  throw new ApiError('method_not_allowed', `${request.path} does not take ${request.method}`);
};

/** What the caller is told of an error: one that is not known becomes `internal`, and is logged with its stack by whoever answers it. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  // Express and its body parser attach the status that they mean; 4xx of theirs are the caller's mistake.
  const { status, message } = error as { status?: unknown; message?: unknown };
  if (status === 413) {
    return new ApiError('payload_too_large', `the body is too large: ${String(message)}`, { cause: error });
  }
  if (status === errorStatus.unsupported_media_type) {
    return new ApiError('unsupported_media_type', String(message), { cause: error });
  }
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new ApiError('invalid_request', String(message), { cause: error });
  }
  return new ApiError('internal', 'the server met an error it did not expect', { cause: error });
}

/** Turns whatever a handler threw into the error envelope; only unexpected errors are logged with their stack. */
export function respondWithError(logger: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    const apiError = asApiError(error);
    if (apiError.code === 'internal') {
      logger.error({ err: error, request_id: requestIdOf(response.locals), path: request.path }, 'unexpected error');
    }
    if (response.writableEnded) {
      // The deadline has answered already; the handler only now noticed.
      return;
    }
    if (response.headersSent) {
      next(error);
      return;
    }
    response.status(apiError.status).json(errorBodyOf(response.locals, apiError));
  };
}

export interface RunningServer {
  readonly port: number;
  /** Stops accepting, lets requests in flight end for at most `graceMs`, then closes what is left. */
  close(graceMs?: number): Promise<void>;
}

/** Listens with the limits that every server here has: headers 16 KiB in 5 s, a whole request in 15 s. */
export function createLimitedServer(app: Express): Server {
  return createServer(
    {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 5_000,
      requestTimeout: 15_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 75_000,
      noDelay: true,
    },
    app,
  );
}

/** Starts listening. Rejects with the system's error (EADDRINUSE and the like) when it cannot. */
export async function listen(app: Express, host: string, port: number): Promise<RunningServer> {
  const server = createLimitedServer(app);
  const listening = await listenAtDoors(server, { host, port });
  return {
    port: listening.port,
    close: async (graceMs = 8_000) => {
      const force = setTimeout(() => server.closeAllConnections(), graceMs);
      const closing = listening.close();
      server.closeIdleConnections();
      await closing;
      clearTimeout(force);
    },
  };
}
