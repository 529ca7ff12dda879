import type { Evidence } from '../../system/api/evidence.ts';
import { type AskResponse, askResponseSchema, type Hit, type SearchResponse, searchResponseSchema } from '../../system/api/search.ts';

/** One successful answer of a search or an ask, and whose it was. */
export interface ServedAnswer {
  /** Id of the operation, which is also its x-request-id. */
  readonly requestId: string;
  /** Who asked, from the plan and not from the answer. */
  readonly tenant: string;
  /** Results of a search, sources of an ask. */
  readonly hits: readonly Hit[];
  /** The generated text of an ask. */
  readonly text: string | undefined;
  readonly evidence: Evidence;
}

/** An answer as it came: its body is whatever a 2xx response carried. */
export interface RawAnswer {
  readonly requestId: string;
  readonly tenant: string;
  readonly kind: 'search' | 'ask';
  readonly body: string;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Text that is no JSON is judged like JSON of another form: the schema refuses undefined.
    return undefined;
  }
}

/** Parses an answer by its wire schema; undefined when it is not of that form. */
export function readServedAnswer({ requestId, tenant, kind, body }: RawAnswer): ServedAnswer | undefined {
  const json = parseJson(body);
  if (kind === 'search') {
    const parsed = searchResponseSchema.safeParse(json);
    return parsed.success ? fromSearch(requestId, tenant, parsed.data) : undefined;
  }
  const parsed = askResponseSchema.safeParse(json);
  return parsed.success ? fromAsk(requestId, tenant, parsed.data) : undefined;
}

function fromSearch(requestId: string, tenant: string, { results, evidence }: SearchResponse): ServedAnswer {
  return { requestId, tenant, hits: results, text: undefined, evidence };
}

function fromAsk(requestId: string, tenant: string, { sources, answer, evidence }: AskResponse): ServedAnswer {
  return { requestId, tenant, hits: sources, text: answer, evidence };
}
