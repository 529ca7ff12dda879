import { createUpstream } from './upstream.ts';

/** What Qdrant answers with to a query of points, as far as it is read. */
interface QueryAnswer {
  readonly result?: unknown;
  readonly status?: { readonly error?: unknown } | string;
}

/** A vector node that answered with something else than a result. */
export class RefusedQuery extends Error {
  override readonly name = 'RefusedQuery';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Queries of points of one collection on one node. */
interface PointQueries {
  /**
   * Posts to `points/<path>` and resolves with the result. Rejects with the reason of the signal, with a `RefusedQuery`, or with the
   * error of the connection.
   */
  post(path: 'query' | 'query/batch', body: unknown, signal: AbortSignal): Promise<unknown>;
}

function refusal(status: number, text: string): RefusedQuery {
  let said: unknown = text;
  try {
    const answer = JSON.parse(text) as QueryAnswer;
    said = typeof answer.status === 'object' ? answer.status.error : text;
  } catch {
    // Whoever answered is no vector node; its words are all there is.
  }
  return new RefusedQuery(status, `the vector node answered ${status}: ${String(said).slice(0, 200)}`);
}

/**
 * The one request of every search, without Qdrant's client: that one copies every object of a body and of an answer to look for integers
 * beyond 2^53, of which there are none in ours, and merges three lists of headers (docs/adr/0015-search-path-costs.md).
 */
export function pointQueries(url: string, collection: string, connections: number): PointQueries {
  const { origin, pathname } = new URL(url);
  const upstream = createUpstream('vector', origin, connections);
  const base = `${pathname.replace(/\/$/, '')}/collections/${encodeURIComponent(collection)}/points/`;
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  return {
    async post(path, body, signal) {
      const answer = await upstream.request({ method: 'POST', path: base + path, headers, body: JSON.stringify(body), signal });
      const text = answer.body.toString('utf8');
      if (answer.status !== 200) {
        throw refusal(answer.status, text);
      }
      try {
        return (JSON.parse(text) as QueryAnswer).result;
      } catch (error) {
        throw new RefusedQuery(answer.status, `the vector node answered with broken JSON: ${(error as Error).message}`);
      }
    },
  };
}
