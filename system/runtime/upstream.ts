import { type Dispatcher, Pool } from 'undici';
import { ApiError } from './api-error.ts';
import { type ByteStream, createByteStream } from './byte-stream.ts';
import { watchPool } from './pool-use.ts';

export interface UpstreamRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path and query, already encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | string | undefined;
  /** Ends the request and frees its connection; its reason becomes the error. */
  readonly signal: AbortSignal;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** An answer whose body is read while it comes. It has to be read to its end, left (`break`), or discarded. */
export interface UpstreamStream {
  readonly status: number;
  readonly contentType: string;
  /** Rejects as `Upstream.request` does. */
  readonly bytes: AsyncIterableIterator<Buffer>;
  /** Lets the rest go by unread. */
  readonly discard: () => void;
}

/** Another process, spoken to over kept-alive connections. */
export interface Upstream {
  readonly name: string;
  readonly origin: string;
  /**
   * Any HTTP status is an answer. Rejects with the reason of the signal, with `unavailable` when no connection could be
   * made (so nothing was sent), and with `upstream_failed` when it broke later (so the outcome is unknown).
   */
  request(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** Like `request`, but resolves with the head of the answer. The signal ends its body as well. */
  open(request: UpstreamRequest): Promise<UpstreamStream>;
  close(): Promise<void>;
}

/** Below are interim answers such as 103, which announce the final one. */
const firstFinalStatus = 200;
const unknownType = 'application/octet-stream';

const unsentCodes = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function codeOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === 'string' ? code : String(message);
}

function failureOf(name: string, origin: string, error: unknown): ApiError {
  const code = codeOf(error);
  return unsentCodes.has(code)
    ? new ApiError('unavailable', `${name} at ${origin} takes no connections (${code})`, {
        hint: 'nothing was sent; try again once it runs',
        cause: error,
      })
    : new ApiError('upstream_failed', `${name} at ${origin} broke off (${code})`, {
        hint: 'the request may or may not have taken effect',
        cause: error,
      });
}

/** Opens no connection until the first request, and no more than `connections` where they are given. `name` is what errors call the other side. */
export function createUpstream(name: string, origin: string, connections?: number): Upstream {
  // Deadlines end requests here, and no request may wait behind another one's slow answer: connections grow on demand.
  const pool = new Pool(origin, { headersTimeout: 0, bodyTimeout: 0, pipelining: 1, connections: connections ?? null });
  const unwatch = watchPool(name, () => ({ inUse: pool.stats.running, waiting: pool.stats.pending }));
  return {
    name,
    origin,
    request: ({ method, path, headers, body, signal }) =>
      // Dispatching by hand costs half the CPU time of `pool.request`, which builds a stream per answer.
      new Promise<UpstreamAnswer>((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        let started: Dispatcher.DispatchController | undefined;
        let status = 0;
        let contentType = unknownType;
        const chunks: Buffer[] = [];
        const abort = () => {
          reject(signal.reason);
          started?.abort(asError(signal.reason));
        };
        signal.addEventListener('abort', abort, { once: true });
        pool.dispatch(
          { method, path, headers: headers as Record<string, string>, body: body ?? null },
          {
            onRequestStart(controller) {
              started = controller;
              if (signal.aborted) {
                controller.abort(asError(signal.reason));
              }
            },
            onResponseStart(_controller, statusCode, answerHeaders) {
              status = statusCode;
              const given = answerHeaders['content-type'];
              contentType = typeof given === 'string' ? given : contentType;
            },
            onResponseData(_controller, chunk) {
              chunks.push(chunk);
            },
            onResponseEnd() {
              signal.removeEventListener('abort', abort);
              resolve({ status, contentType, body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks) });
            },
            onResponseError(_controller, error) {
              signal.removeEventListener('abort', abort);
              reject(signal.aborted ? signal.reason : failureOf(name, origin, error));
            },
          },
        );
      }),
    open: ({ method, path, headers, body, signal }) =>
      new Promise<UpstreamStream>((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        let started: Dispatcher.DispatchController | undefined;
        let stream: ByteStream | undefined;
        const fail = (error: unknown) => {
          reject(error);
          stream?.fail(error);
        };
        const abort = () => {
          fail(signal.reason);
          started?.abort(asError(signal.reason));
        };
        signal.addEventListener('abort', abort, { once: true });
        pool.dispatch(
          { method, path, headers: headers as Record<string, string>, body: body ?? null },
          {
            onRequestStart(controller) {
              started = controller;
              if (signal.aborted) {
                controller.abort(asError(signal.reason));
              }
            },
            onResponseStart(controller, status, answerHeaders) {
              if (status < firstFinalStatus) {
                return;
              }
              stream = createByteStream(controller);
              const given = answerHeaders['content-type'];
              const { bytes, discard } = stream;
              resolve({ status, contentType: typeof given === 'string' ? given : unknownType, bytes, discard });
            },
            onResponseData(_controller, chunk) {
              stream?.push(chunk);
            },
            onResponseEnd() {
              signal.removeEventListener('abort', abort);
              stream?.end();
            },
            onResponseError(_controller, error) {
              signal.removeEventListener('abort', abort);
              fail(signal.aborted ? signal.reason : failureOf(name, origin, error));
            },
          },
        );
      }),
    close: async () => {
      unwatch();
      await pool.close();
    },
  };
}

/** The answer that a stream turns out to be when it is read to its end. */
export async function wholeAnswer({ status, contentType, bytes }: UpstreamStream): Promise<UpstreamAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) {
    chunks.push(chunk);
  }
  return { status, contentType, body: Buffer.concat(chunks) };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
