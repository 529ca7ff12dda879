import { constants, gzip, gzipSync } from 'node:zlib';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { RateLimitError, VectorNodeError } from '../errors.ts';
import { writeJson } from '../json/write.ts';
import { bodyLimitBytes } from './body.ts';

/** Text that is already JSON, so that payloads kept as text are not written again. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A list of texts that are JSON. */
export function listJson(texts: readonly string[]): string {
  return `[${texts.join(',')}]`;
}

function secondsSince(startedAtMs: unknown): number {
  return typeof startedAtMs === 'number' ? (performance.now() - startedAtMs) / 1000 : 0;
}

/** Starts the clock of the envelope's `time`. */
export const startClock: RequestHandler = (_request, response, next) => {
  response.locals.startedAtMs = performance.now();
  next();
};

/** A larger answer is compressed outside of the event loop. */
const compressedInLoopBytes = 32 * 1024;
const compression = { level: constants.Z_BEST_SPEED };

/** Ends a response with text that is JSON, compressed when the caller asks for it. */
export function sendJson(response: Response, status: number, text: string): void {
  response.statusCode = status;
  // Express would add a charset, which Qdrant's answers do not have.
  response.setHeader('content-type', 'application/json');
  if (response.req.headers['accept-encoding'] === undefined || response.req.acceptsEncodings(['gzip', 'identity']) !== 'gzip') {
    response.end(text);
    return;
  }
  if (text.length <= compressedInLoopBytes) {
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(text, compression));
    return;
  }
  gzip(text, compression, (error, compressed) => {
    if (error === null) {
      response.setHeader('content-encoding', 'gzip');
    }
    response.end(error === null ? compressed : text);
  });
}

/** A handler that answers with its result in the envelope. */
export function answering(handle: (request: Request) => unknown): RequestHandler {
  return async (request, response) => {
    const result = await handle(request);
    const text = result instanceof JsonText ? result.text : writeJson(result);
    sendJson(response, 200, `{"result":${text},"status":"ok","time":${secondsSince(response.locals.startedAtMs)}}`);
  };
}

/** Nothing of this path and method is known: an empty 404, as Qdrant answers. */
export const answerUnknown: RequestHandler = (_request, response) => {
  response.statusCode = 404;
  response.end();
};

function asVectorNodeError(error: unknown): VectorNodeError {
  if (error instanceof VectorNodeError) {
    return error;
  }
  const { status, type, length, received } = error as { status?: unknown; type?: unknown; length?: number; received?: number };
  if (type === 'entity.too.large') {
    const bytes = length ?? received ?? bodyLimitBytes + 1;
    return new VectorNodeError(400, `JSON payload (${bytes} bytes) is larger than allowed (limit: ${bodyLimitBytes} bytes).`, error);
  }
  const message = error instanceof Error ? error.message : String(error);
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new VectorNodeError(status, `Bad request: ${message}`, error);
  }
  return new VectorNodeError(500, `Service internal error: ${message}`, error);
}

/** Turns whatever a handler threw into Qdrant's error envelope. */
export function answerError(logger: Logger): ErrorRequestHandler {
  return (thrown, request, response, next) => {
    const error = asVectorNodeError(thrown);
    if (error.status >= 500 && error.status !== 501) {
      logger.error({ err: error, method: request.method, path: request.path }, 'a request failed');
    }
    if (response.headersSent) {
      next(thrown);
      return;
    }
    if (error instanceof RateLimitError && error.retryAfterSeconds !== undefined) {
      response.setHeader('retry-after', String(error.retryAfterSeconds));
    }
    sendJson(response, error.status, writeJson({ status: { error: error.message }, time: secondsSince(response.locals.startedAtMs) }));
  };
}
