import type { Logger } from 'pino';
import type { Evidence } from '../api/evidence.ts';
import { hitOf, pointFilterOf, pointPayloadSchema } from '../api/point.ts';
import type { Hit, SearchRequest } from '../api/search.ts';
import { mergeTopK, type Scored } from '../policies/merge.ts';
import type { ShardingPolicy } from '../policies/sharding/policy.ts';
import type { Deadline } from '../runtime/deadline.ts';
import { type EmbeddingSettings, embed } from '../runtime/embedding-client.ts';
import type { Upstream } from '../runtime/upstream.ts';
import type { FoundPoint, VectorStore } from '../runtime/vector-store.ts';
import { normaliseQuery } from './preprocess.ts';
import { reasonOf, scatter } from './scatter.ts';
import type { Stopwatch } from './stopwatch.ts';

/** What a search needs of the process it runs in. */
export interface SearchParts {
  readonly provider: Upstream;
  readonly embedding: EmbeddingSettings;
  readonly collection: string;
  readonly policy: ShardingPolicy;
  /** By shard number. */
  readonly stores: readonly VectorStore[];
  /** Applied on every one of these shards; a lower bound at any time. */
  appliedSequence(shards: readonly number[]): number;
  /** Counts a hit that must not be shown. */
  onDroppedHit(why: 'foreign_tenant' | 'malformed_payload'): void;
  readonly logger: Logger;
}

export interface SearchTask {
  readonly tenant: string;
  readonly requestId: string;
  readonly text: string;
  readonly topK: number;
  readonly filters: SearchRequest['filters'];
  readonly deadline: Deadline;
  readonly watch: Stopwatch;
}

/** The evidence of a search as far as the search itself knows it. */
export type SearchEvidence = Omit<Evidence, 'stages' | 'total_ms'>;

export interface SearchOutcome {
  readonly hits: Hit[];
  readonly evidence: SearchEvidence;
}

type CheckedHit = Hit & Scored;

/** Leaves out what the caller may not see, even when the vector node returned it in spite of the filter. */
function checkedHits(parts: SearchParts, { tenant, requestId }: SearchTask, found: readonly FoundPoint[]): CheckedHit[] {
  const hits: CheckedHit[] = [];
  for (const { id, score, payload } of found) {
    const parsed = pointPayloadSchema.safeParse(payload);
    if (!parsed.success) {
      parts.onDroppedHit('malformed_payload');
      parts.logger.error({ request_id: requestId, tenant_id: tenant, point_id: id }, 'a point has no valid payload; the hit was dropped');
    } else if (parsed.data.tenant !== tenant) {
      parts.onDroppedHit('foreign_tenant');
      parts.logger.error(
        { request_id: requestId, tenant_id: tenant, point_id: id },
        'a point of another tenant was found; the hit was dropped',
      );
    } else {
      hits.push({ id, ...hitOf(score, parsed.data) });
    }
  }
  return hits;
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

/** Preprocess, embed, search every shard that can hold an answer, merge. Throws `ApiError`s. */
export async function search(parts: SearchParts, task: SearchTask): Promise<SearchOutcome> {
  const { deadline, watch, tenant, requestId, topK } = task;
  const text = normaliseQuery(task.text);
  deadline.check('preprocessing');
  watch.lap('preprocess');

  const [vector] = await embed(parts.provider, parts.embedding, [text], { signal: deadline.signal, requestId });
  watch.lap('embed');

  const shards = parts.policy.shardsToAsk();
  // Read before the shards are asked: what is applied later may or may not be seen, what was applied before must be.
  const appliedSequence = parts.appliedSequence(shards);
  const query = { vector: vector as number[], filter: pointFilterOf(tenant, task.filters), limit: topK };
  const { lists, asked, shardsMs, failures } = await scatter(storesOf(parts, shards), query, {
    signal: deadline.signal,
    remainingMs: deadline.remainingMs(),
  });
  watch.lap('search');

  const merged = mergeTopK(
    lists.map((found) => checkedHits(parts, task, found)),
    topK,
  );
  const hits = merged.map(({ id: _id, ...hit }) => hit);
  if (failures.length > 0) {
    parts.logger.warn({ request_id: requestId, tenant_id: tenant, failures }, 'some shards did not answer');
  }
  watch.lap('merge');
  return {
    hits,
    evidence: {
      request_id: requestId,
      index_version: parts.collection,
      applied_sequence: appliedSequence,
      cache_tier: 'none',
      shards: { asked, answered: lists.length },
      // Whole microseconds: more digits would only lengthen every answer.
      shards_ms: shardsMs.map((ms) => Math.round(ms * 1000) / 1000),
      degraded: failures.length > 0,
      degraded_reason: failures.length > 0 ? `not answered by ${reasonOf(failures)}` : null,
    },
  };
}
