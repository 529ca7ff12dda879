import { headers } from '../../system/api/headers.ts';
import { drawFrom, randomStream } from '../../system/policies/random-stream.ts';
import type { OperationKind } from '../contract/common.ts';
import type { LoadPlan, PreparedRequest, Step } from '../contract/plan.ts';
import type { Workload } from '../contract/workload.ts';
import type { Corpus, CorpusDocument } from './documents.ts';
import type { Queries, Query } from './queries.ts';

/** What a job asked, for the judge: a history holds only what came back. */
export type JobIntent =
  | { readonly kind: 'health' }
  | { readonly kind: 'search' | 'ask' | 'ask-stream'; readonly tenant: string; readonly query: Query; readonly topK: number }
  | { readonly kind: 'upsert'; readonly tenant: string; readonly document: CorpusDocument };

export interface StepRequests extends Pick<LoadPlan, 'requests' | 'requestOf'> {
  /** Intent of job i. */
  readonly jobs: readonly JobIntent[];
}

export interface StepRequestSettings {
  readonly workload: Pick<Workload, 'mix' | 'queries'>;
  readonly step: Pick<Step, 'seed' | 'order'>;
  readonly corpus: Corpus;
  readonly queries: Queries;
  /** API key that may search and write, by tenant. */
  readonly apiKeys: ReadonlyMap<string, string>;
  /** Number of jobs of the step. */
  readonly jobs: number;
}

/** Revisions are numbered through a whole run: a million for each step. */
const revisionsPerStep = 1_000_000;

const paths: Record<OperationKind, string> = {
  search: '/v1/search',
  ask: '/v1/ask',
  'ask-stream': '/v1/ask',
  upsert: '/v1/documents',
  health: '/health',
};

/** Draws a kind by its weight. */
function kindDrawer(mix: Workload['mix']): (position: number) => OperationKind {
  const weighted = (Object.entries(mix) as [OperationKind, number | undefined][]).filter(([, weight]) => (weight ?? 0) > 0);
  const total = weighted.reduce((sum, [, weight]) => sum + (weight ?? 0), 0);
  const last = weighted.at(-1);
  if (last === undefined) {
    throw new RangeError('the mix has no weight above 0');
  }
  return (position) => {
    let rest = position * total;
    for (const [kind, weight] of weighted) {
      rest -= weight ?? 0;
      if (rest < 0) {
        return kind;
      }
    }
    return last[0];
  };
}

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

/**
 * The requests of one step, built before it starts, each text of a request once. Kinds follow the mix, questions come
 * from `queries`, and each upsert writes a revision that no other request of the run writes. The same step gives the
 * same requests.
 */
export function createStepRequests(settings: StepRequestSettings): StepRequests {
  const { workload, step, corpus, queries, apiKeys } = settings;
  if (settings.jobs < 1) {
    throw new RangeError(`a step of ${settings.jobs} jobs has nothing to send`);
  }
  if (settings.jobs > revisionsPerStep) {
    throw new RangeError(`a step of ${settings.jobs} jobs may write more revisions than the ${revisionsPerStep} numbers of a step`);
  }
  const kindAt = kindDrawer(workload.mix);
  const kinds = randomStream(step.seed, 'mix');
  const choices = randomStream(step.seed, 'upserts');
  const questions = queries.open(step.seed, String(step.order));
  let revision = (step.order + 1) * revisionsPerStep;

  const intend = (): JobIntent => {
    const kind = kindAt(kinds.uniform());
    if (kind === 'upsert') {
      const document = corpus.revise(drawFrom(choices, corpus.documents), revision);
      revision += 1;
      return { kind, tenant: document.tenant, document };
    }
    if (kind === 'health') {
      return { kind };
    }
    const query = questions.next();
    return { kind, tenant: query.tenant, query, topK: workload.queries.topK };
  };

  const requests: PreparedRequest[] = [];
  const positionOf = new Map<string, number>();
  const jobs = Array.from({ length: settings.jobs }, intend);
  const prepare = (key: string, request: () => PreparedRequest): number => {
    const known = positionOf.get(key);
    if (known !== undefined) {
      return known;
    }
    const position = requests.length;
    positionOf.set(key, position);
    requests.push(request());
    return position;
  };
  const requestOf = jobs.map((intent) => {
    if (intent.kind === 'health') {
      return prepare(intent.kind, () => ({ kind: intent.kind, method: 'GET', path: paths[intent.kind], headers: {} }));
    }
    const { kind, tenant } = intent;
    const apiKey = apiKeys.get(tenant);
    if (apiKey === undefined) {
      throw new RangeError(`there is no API key for tenant "${tenant}"`);
    }
    const body = JSON.stringify(bodyOf(intent));
    return prepare(`${kind} ${tenant} ${body}`, () => ({
      kind,
      method: 'POST',
      path: paths[kind],
      headers: {
        'content-type': 'application/json',
        accept: kind === 'ask-stream' ? 'text/event-stream' : 'application/json',
        [headers.apiKey]: apiKey,
      },
      body,
    }));
  });
  return { requests, requestOf, jobs };
}
