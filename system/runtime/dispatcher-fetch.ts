import type { Agent, Dispatcher } from 'undici';
import { watchPool } from './pool-use.ts';

/** A request as Qdrant's client makes it. */
interface DispatchedInit {
  readonly method?: string;
  readonly headers: Headers;
  readonly body?: string;
  readonly signal?: AbortSignal | null;
  readonly dispatcher: Dispatcher;
}

/** The part of a response that Qdrant's client reads. */
interface ReadResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly statusText: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

function asDispatched(init: RequestInit | undefined): DispatchedInit | undefined {
  const { dispatcher, headers, body } = (init ?? {}) as { dispatcher?: unknown; headers?: unknown; body?: unknown };
  const ours = dispatcher !== undefined && headers instanceof Headers && (body === undefined || typeof body === 'string');
  return ours ? (init as unknown as DispatchedInit) : undefined;
}

/** Clients' pools that are counted already. */
const watched = new WeakSet<Dispatcher>();

/** Counts the connections of a client from its first request on, for as long as the client is used. */
function watchDispatcher(dispatcher: Dispatcher): void {
  if (watched.has(dispatcher)) {
    return;
  }
  watched.add(dispatcher);
  const held = new WeakRef(dispatcher as Agent);
  const unwatch = watchPool('vector', () => {
    const agent = held.deref();
    if (agent === undefined) {
      unwatch();
      return { inUse: 0, waiting: 0 };
    }
    const pools = Object.values(agent.stats);
    const sum = (of: (pool: (typeof pools)[number]) => number) => pools.reduce((total, pool) => total + of(pool), 0);
    return { inUse: sum(({ running }) => running), waiting: sum(({ pending }) => pending) };
  });
}

function dispatch(url: string, { method, headers, body, dispatcher, signal }: DispatchedInit): Promise<ReadResponse> {
  const { origin, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    let started: Dispatcher.DispatchController | undefined;
    let status = 0;
    let answered: Record<string, string | string[] | undefined> = {};
    const chunks: Buffer[] = [];
    const abort = () => {
      reject(signal?.reason);
      started?.abort(signal?.reason as Error);
    };
    signal?.addEventListener('abort', abort, { once: true });
    dispatcher.dispatch(
      {
        origin,
        path: pathname + search,
        method: (method ?? 'GET') as Dispatcher.HttpMethod,
        headers: Object.fromEntries(headers),
        body: body ?? null,
      },
      {
        onRequestStart(controller) {
          started = controller;
          if (signal?.aborted) {
            controller.abort(signal.reason as Error);
          }
        },
        onResponseStart(_controller, statusCode, answerHeaders) {
          status = statusCode;
          answered = answerHeaders;
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          signal?.removeEventListener('abort', abort);
          resolve({
            status,
            ok: status >= 200 && status < 300,
            statusText: '',
            url,
            headers: { get: (name) => answered[name.toLowerCase()]?.toString() ?? null },
            text: () => Promise.resolve(Buffer.concat(chunks).toString('utf8')),
          });
        },
        onResponseError(_controller, error) {
          signal?.removeEventListener('abort', abort);
          // As `fetch` says it.
          reject(signal?.aborted ? signal.reason : new TypeError('fetch failed', { cause: error }));
        },
      },
    );
  });
}

/**
 * Lets Qdrant's client send over its connection pool directly. The client calls the global `fetch` with that pool; half of
 * the CPU time of a search went into the web streams and header lists that `fetch` builds around it. Every other call of
 * `fetch` stays what it was.
 */
export function useDispatcherFetch(): void {
  const original = globalThis.fetch;
  globalThis.fetch = ((input: string | URL | Request, init?: RequestInit) => {
    const dispatched = typeof input === 'string' ? asDispatched(init) : undefined;
    if (dispatched === undefined) {
      return original(input, init);
    }
    watchDispatcher(dispatched.dispatcher);
    return dispatch(input as string, dispatched);
  }) as typeof fetch;
}
