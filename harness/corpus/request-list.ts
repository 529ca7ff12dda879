import { headers } from '../../system/api/headers.ts';
import type { OperationKind } from '../contract/common.ts';
import type { PreparedRequest } from '../contract/plan.ts';
import type { JobIntent } from './job-intent.ts';

const paths: Record<OperationKind, string> = {
  search: '/v1/search',
  ask: '/v1/ask',
  'ask-stream': '/v1/ask',
  upsert: '/v1/documents',
  health: '/health',
};

function bodyOf(intent: Exclude<JobIntent, { readonly kind: 'health' }>): unknown {
  if (intent.kind === 'upsert') {
    const { docId: doc_id, content, knowledgeBase: knowledge_base, metadata } = intent.document;
    return { documents: [{ doc_id, content, knowledge_base, metadata }] };
  }
  const { query, topK: top_k } = intent;
  if (intent.kind === 'search') {
    return { query_text: query.text, top_k };
  }
  return { query: query.text, top_k, ...(intent.kind === 'ask-stream' ? { stream: true } : {}) };
}

export interface RequestList {
  readonly requests: readonly PreparedRequest[];
  /** Where the request of an intent stands; each is written down once. Throws `RangeError` for a tenant without a key. */
  positionOf(intent: JobIntent): number;
}

/**
 * The requests of a step as they go over the wire, each text once. With `sessions` every ask belongs to a conversation, whose id
 * the generator writes.
 */
export function createRequestList(apiKeys: ReadonlyMap<string, string>, { sessions }: { sessions: boolean }): RequestList {
  const requests: PreparedRequest[] = [];
  const positions = new Map<string, number>();
  const prepare = (key: string, request: () => PreparedRequest): number => {
    const known = positions.get(key);
    if (known !== undefined) {
      return known;
    }
    const position = requests.length;
    positions.set(key, position);
    requests.push(request());
    return position;
  };
  return {
    requests,
    positionOf(intent) {
      if (intent.kind === 'health') {
        return prepare(intent.kind, () => ({ kind: intent.kind, method: 'GET', path: paths[intent.kind], headers: {} }));
      }
      const { kind, tenant } = intent;
      const apiKey = apiKeys.get(tenant);
      if (apiKey === undefined) {
        throw new RangeError(`there is no API key for tenant "${tenant}"`);
      }
      const body = JSON.stringify(bodyOf(intent));
      const answerTokens = kind === 'ask' || kind === 'ask-stream' ? intent.query.answerTokens : undefined;
      return prepare(`${kind} ${tenant} ${answerTokens} ${body}`, () => ({
        kind,
        method: 'POST',
        path: paths[kind],
        headers: {
          'content-type': 'application/json',
          accept: kind === 'ask-stream' ? 'text/event-stream' : 'application/json',
          [headers.apiKey]: apiKey,
          ...(answerTokens === undefined ? {} : { [headers.answerTokens]: String(answerTokens) }),
        },
        body,
        ...(sessions && (kind === 'ask' || kind === 'ask-stream') ? { session: true } : {}),
      }));
    },
  };
}
