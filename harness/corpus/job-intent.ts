import { drawFrom, type RandomStream } from '../../system/policies/random-stream.ts';
import type { OperationKind } from '../contract/common.ts';
import type { Workload } from '../contract/workload.ts';
import type { Corpus, CorpusDocument } from './documents.ts';
import type { Query } from './queries.ts';

/** What a job asked, for the judge: a history holds only what came back. */
export type JobIntent =
  | { readonly kind: 'health' }
  | { readonly kind: 'search' | 'ask' | 'ask-stream'; readonly tenant: string; readonly query: Query; readonly topK: number }
  | { readonly kind: 'upsert'; readonly tenant: string; readonly document: CorpusDocument };

/** Revisions are numbered through a whole run: a million for each step. */
export const revisionsPerStep = 1_000_000;

/** Numbers of revisions that no other step of the run uses. */
export function revisionNumbers(order: number): () => number {
  let revision = (order + 1) * revisionsPerStep;
  return () => {
    revision += 1;
    return revision - 1;
  };
}

/** Draws a kind by its weight. Throws `RangeError` where no weight is above 0. */
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

export interface IntentSources {
  readonly workload: Pick<Workload, 'mix' | 'queries'>;
  readonly corpus: Corpus;
  /** Decide the kinds and the documents that are written anew. */
  readonly kinds: RandomStream;
  readonly choices: RandomStream;
  readonly nextQuery: () => Query;
  readonly nextRevision: () => number;
}

/** Opens a sequence of intents whose kinds follow the mix. */
export function intentDrawer({ workload, corpus, kinds, choices, nextQuery, nextRevision }: IntentSources): () => JobIntent {
  const kindAt = kindDrawer(workload.mix);
  return () => {
    const kind = kindAt(kinds.uniform());
    if (kind === 'upsert') {
      const document = corpus.revise(drawFrom(choices, corpus.documents), nextRevision());
      return { kind, tenant: document.tenant, document };
    }
    if (kind === 'health') {
      return { kind };
    }
    const query = nextQuery();
    return { kind, tenant: query.tenant, query, topK: workload.queries.topK };
  };
}
