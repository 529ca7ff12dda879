import type { Logger } from 'pino';
import type { Retrieval } from '../api/environment.ts';
import type { Evidence } from '../api/evidence.ts';
import { pointFilterOf } from '../api/point.ts';
import type { Hit, SearchRequest } from '../api/search.ts';
import { rerankCandidates } from '../policies/fusion.ts';
import { mergeTopK } from '../policies/merge.ts';
import type { ShardRouting } from '../policies/sharding/policy.ts';
import { queryWeights } from '../policies/text/bm25.ts';
import type { Deadline } from '../runtime/deadline.ts';
import { type EmbeddingSettings, embed } from '../runtime/embedding-client.ts';
import type { Upstream } from '../runtime/upstream.ts';
import type { VectorQuery, VectorStore } from '../runtime/vector-store.ts';
import { type CheckedHit, type HitCheck, visibleHits } from './checked-hits.ts';
import { fusedHits, mergeLists } from './hybrid.ts';
import { normaliseQuery } from './preprocess.ts';
import { rerankHits } from './rerank.ts';
import { reasonOf, type ShardFailure, scatter } from './scatter.ts';
import type { Stopwatch } from './stopwatch.ts';

/** What a search needs of the process it runs in. */
export interface SearchParts {
  readonly provider: Upstream;
  readonly embedding: EmbeddingSettings;
  readonly collection: string;
  readonly retrieval: Retrieval;
  readonly rerankModel: string;
  readonly routing: ShardRouting;
  /** By shard number. */
  readonly stores: readonly VectorStore[];
  /** Applied on every one of these shards; a lower bound at any time. */
  appliedSequence(shards: readonly number[]): number;
  /** Counts a hit that must not be shown. */
  readonly onDroppedHit: (why: 'foreign_tenant' | 'malformed_payload') => void;
  readonly logger: Logger;
}

export interface SearchTask {
  readonly tenant: string;
  readonly requestId: string;
  readonly text: string;
  readonly topK: number;
  readonly filters: SearchRequest['filters'];
  readonly rerank: boolean;
  readonly deadline: Deadline;
  readonly watch: Stopwatch;
}

/** The evidence of a search as far as the search itself knows it. */
export type SearchEvidence = Omit<Evidence, 'stages' | 'total_ms'>;

export interface SearchOutcome {
  readonly hits: Hit[];
  readonly evidence: SearchEvidence;
}

function storesOf({ stores }: SearchParts, shards: readonly number[]): VectorStore[] {
  return shards.map((shard) => {
    const store = stores[shard];
    if (store === undefined) {
      throw new RangeError(`the sharding policy names shard ${shard} of ${stores.length}`);
    }
    return store;
  });
}

/** What the shards gave: the best `limit` hits of all of them, how long each took, and which gave nothing. */
interface Retrieved {
  readonly hits: CheckedHit[];
  readonly asked: number;
  readonly shardsMs: readonly number[];
  readonly failures: readonly ShardFailure[];
}

/** Asks the shards and puts their lists together; ends the stages `search` and `merge`, and `fuse` where there are two lists. */
async function retrieve(
  parts: SearchParts,
  task: SearchTask,
  { stores, query, text }: { readonly stores: readonly VectorStore[]; readonly query: VectorQuery; readonly text: string },
): Promise<Retrieved> {
  const { deadline, watch, tenant, requestId } = task;
  const check: HitCheck = { tenant, requestId, logger: parts.logger, onDroppedHit: parts.onDroppedHit };
  const limits = { signal: deadline.signal, remainingMs: deadline.remainingMs() };
  if (parts.retrieval === 'dense') {
    const { answers, ...rest } = await scatter(stores, (store, signal) => store.search(query, signal), limits);
    watch.lap('search');
    const hits = visibleHits(check, mergeTopK(answers, Number.POSITIVE_INFINITY), query.limit);
    watch.lap('merge');
    return { hits, ...rest };
  }
  const both = { ...query, sparse: queryWeights(text) };
  const { answers, ...rest } = await scatter(stores, (store, signal) => store.searchHybrid(both, signal), limits);
  watch.lap('search');
  const lists = mergeLists(answers, query.limit);
  watch.lap('merge');
  const hits = fusedHits(check, lists, query.limit);
  watch.lap('fuse');
  return { hits, ...rest };
}

/** Preprocess, embed, search every shard that can hold an answer, merge, fuse, rerank. Throws `ApiError`s. */
export async function search(parts: SearchParts, task: SearchTask): Promise<SearchOutcome> {
  const { deadline, watch, tenant, requestId, topK } = task;
  const text = normaliseQuery(task.text);
  deadline.check('preprocessing');
  watch.lap('preprocess');

  const [vector] = await embed(parts.provider, parts.embedding, [text], { signal: deadline.signal, requestId });
  watch.lap('embed');

  const shards = parts.routing.shardsToAsk(vector as number[]);
  // Read before the shards are asked: what is applied later may or may not be seen, what was applied before must be.
  const appliedSequence = parts.appliedSequence(shards);
  const limit = task.rerank ? rerankCandidates(topK) : topK;
  const query = { vector: vector as number[], filter: pointFilterOf(tenant, task.filters), limit };
  const { hits: candidates, asked, shardsMs, failures } = await retrieve(parts, task, { stores: storesOf(parts, shards), query, text });
  const reasons: string[] = [];
  if (failures.length > 0) {
    parts.logger.warn({ request_id: requestId, tenant_id: tenant, failures }, 'some shards did not answer');
    reasons.push(`not answered by ${reasonOf(failures)}`);
  }
  const { hits: ranked, trouble } = task.rerank ? await reranked(parts, task, text, candidates) : { hits: candidates, trouble: undefined };
  if (trouble !== undefined) {
    reasons.push(trouble);
  }
  return {
    hits: ranked.slice(0, topK).map(({ id: _id, ...hit }) => hit),
    evidence: {
      request_id: requestId,
      index_version: parts.collection,
      applied_sequence: appliedSequence,
      cache_tier: 'none',
      shards: { asked, answered: asked - failures.length },
      // Whole microseconds: more digits would only lengthen every answer.
      shards_ms: shardsMs.map((ms) => Math.round(ms * 1000) / 1000),
      degraded: reasons.length > 0,
      degraded_reason: reasons.length > 0 ? reasons.join('; ') : null,
    },
  };
}

/** The candidates by relevance, or as they are with the reason why they could not be ranked. Throws only when nobody waits any more. */
async function reranked(
  parts: SearchParts,
  { deadline, watch, requestId, tenant }: SearchTask,
  question: string,
  candidates: readonly CheckedHit[],
): Promise<{ readonly hits: readonly CheckedHit[]; readonly trouble: string | undefined }> {
  try {
    const task = { question, model: parts.rerankModel, requestId, signal: deadline.signal, remainingMs: deadline.remainingMs() };
    const hits = await rerankHits(parts.provider, task, candidates);
    watch.lap('rerank');
    return { hits, trouble: undefined };
  } catch (error) {
    deadline.check('reranking');
    watch.lap('rerank');
    parts.logger.warn({ err: error, request_id: requestId, tenant_id: tenant }, 'the hits were not reranked');
    return { hits: candidates, trouble: `not reranked: ${error instanceof Error ? error.message : String(error)}` };
  }
}
