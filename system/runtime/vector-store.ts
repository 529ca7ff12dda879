import { isDeepStrictEqual } from 'node:util';
import { QdrantClient } from '@qdrant/js-client-rest';
import type { Retrieval } from '../api/environment.ts';
import { denseVector, type KeywordCondition, type PointPayload, sparseVector } from '../api/point.ts';
import { documentWeights, type SparseVector } from '../policies/text/bm25.ts';
import { ApiError } from './api-error.ts';
import { pointQueries, RefusedQuery } from './point-query.ts';

export interface Point {
  readonly id: string;
  readonly vector: number[];
  readonly payload: PointPayload;
}

export interface FoundPoint {
  readonly id: string;
  readonly score: number;
  /** As the node has it: not yet checked. */
  readonly payload: unknown;
}

export interface VectorQuery {
  readonly vector: number[];
  readonly filter: { readonly must: KeywordCondition[] };
  readonly limit: number;
}

/** Two questions at once, each with the same filter and limit. */
export interface HybridQuery extends VectorQuery {
  /** Without a term there is nothing to look for, and its list is empty. */
  readonly sparse: SparseVector;
}

export interface HybridLists {
  readonly dense: FoundPoint[];
  readonly sparse: FoundPoint[];
}

export interface CollectionSettings {
  readonly dimensions: number;
  readonly indexedPayloadFields: readonly string[];
}

/** What Qdrant is told when it shards and replicates by itself. */
export interface ClusterSettings {
  readonly shardNumber: number;
  readonly replicationFactor: number;
  /** Replicas that have to confirm a write. */
  readonly writeConsistencyFactor: number;
}

/** One shard: a collection on one vector node. Every method rejects with a `VectorStoreError`, or with the reason of its signal. */
export interface VectorStore {
  readonly shard: number;
  readonly url: string;
  search(query: VectorQuery, signal: AbortSignal): Promise<FoundPoint[]>;
  /** Both lists of a hybrid collection in one request, as of one moment. */
  searchHybrid(query: HybridQuery, signal: AbortSignal): Promise<HybridLists>;
  /** Resolves when the points are visible to searches. */
  upsert(points: readonly Point[], signal: AbortSignal): Promise<void>;
  /** Resolves when the points are gone from searches; ids that are not there are no error. */
  remove(pointIds: readonly string[], signal: AbortSignal): Promise<void>;
  /** False when the node does not have the collection; rejects when it has one of other dimensions or other vectors. */
  hasCollection(dimensions: number, signal: AbortSignal): Promise<boolean>;
  createCollection(settings: CollectionSettings, signal: AbortSignal): Promise<void>;
}

/** What went wrong on one shard. */
export class VectorStoreError extends Error {
  override readonly name = 'VectorStoreError';
  readonly shard: number;
  /** HTTP status of the node's answer; absent when there was none. */
  readonly status: number | undefined;

  constructor(shard: number, message: string, status: number | undefined, cause?: unknown) {
    super(`shard ${shard}: ${message}`, { cause });
    this.shard = shard;
    this.status = status;
  }
}

interface AnsweredPoint {
  readonly id: unknown;
  readonly score: number;
  readonly payload?: unknown;
}

const foundPoint = ({ id, score, payload }: AnsweredPoint): FoundPoint => ({
  id: String(id),
  score,
  payload,
});

function describe(error: unknown): { message: string; status: number | undefined } {
  if (error instanceof RefusedQuery) {
    return error;
  }
  if (error instanceof ApiError) {
    return { message: error.message, status: undefined };
  }
  const { status, data, cause, message } = error as { status?: unknown; data?: unknown; cause?: unknown; message?: unknown };
  if (typeof status === 'number') {
    const said = (data as { status?: { error?: unknown } } | undefined)?.status?.error;
    return { message: `the vector node answered ${status}: ${String(said ?? data).slice(0, 200)}`, status };
  }
  // `fetch` says only "fetch failed" and keeps the reason in the cause.
  const { code, message: reason } = (cause ?? {}) as { code?: string; message?: string };
  return { message: `${String(message)} (${code ?? reason ?? 'no cause given'})`, status: undefined };
}

/** Sizes of a collection's vectors by name; the unnamed one under the empty name, sparse ones with the size 0. */
function vectorSizes(params: { vectors?: unknown; sparse_vectors?: unknown }): Record<string, unknown> {
  const vectors = (params.vectors ?? {}) as Record<string, unknown>;
  const named =
    typeof vectors.size === 'number'
      ? { '': vectors.size }
      : Object.fromEntries(Object.entries(vectors).map(([name, vector]) => [name, (vector as { size?: unknown }).size]));
  const sparse = Object.keys((params.sparse_vectors ?? {}) as object).map((name) => [name, 0]);
  return { ...named, ...Object.fromEntries(sparse) };
}

const describeSizes = (sizes: Record<string, unknown>) =>
  Object.entries(sizes)
    .map(([name, size]) =>
      size === 0 ? `sparse "${name}"` : name === '' ? `${String(size)} dimensions` : `"${name}" of ${String(size)} dimensions`,
    )
    .join(' and ') || 'no vectors';

/**
 * Opens a shard: searches by requests of our own, everything else through Qdrant's client. Its calls go through the client's
 * generated interface because only that one takes a signal: a node that hangs must not keep connections beyond the deadline of the
 * request.
 */
export function createVectorStore(
  shard: number,
  url: string,
  collection: string,
  cluster?: ClusterSettings,
  retrieval: Retrieval = 'dense',
  connections = 256,
): VectorStore {
  const client = new QdrantClient({ url, checkCompatibility: false, timeout: Number.POSITIVE_INFINITY, maxConnections: connections });
  const api = client.api();
  const queries = pointQueries(url, collection, connections);
  const resultOf = async <T>(signal: AbortSignal, work: Promise<T | null | undefined>): Promise<T> => {
    try {
      const result = await work;
      if (result === undefined || result === null) {
        throw new VectorStoreError(shard, 'the vector node answered without a result', undefined);
      }
      return result;
    } catch (error) {
      if (signal.aborted) {
        throw signal.reason;
      }
      if (error instanceof VectorStoreError) {
        throw error;
      }
      const { message, status } = describe(error);
      throw new VectorStoreError(shard, message, status, error);
    }
  };
  const call = async <T>(signal: AbortSignal, work: Promise<{ data: { result?: T | null } }>): Promise<T> =>
    resultOf(
      signal,
      work.then(({ data }) => data.result),
    );
  const ask = <T>(path: 'query' | 'query/batch', body: unknown, signal: AbortSignal) =>
    resultOf<T>(signal, queries.post(path, body, signal) as Promise<T | undefined>);
  const isHybrid = retrieval === 'hybrid';
  // The weights of terms are made from the stored text and nothing else, so no writer can forget or change them.
  const stored = ({ id, vector, payload }: Point) => {
    if (!isHybrid) {
      return { id, vector, payload };
    }
    const { indices, values } = documentWeights(payload.content);
    return { id, vector: { [denseVector]: vector, [sparseVector]: { indices: [...indices], values: [...values] } }, payload };
  };
  const completed = ({ status }: { status: string }) => {
    if (status !== 'completed') {
      throw new VectorStoreError(shard, `a write was answered with status "${status}" and may not be visible yet`, undefined);
    }
  };
  return {
    shard,
    url,
    async search({ vector, filter, limit }, signal) {
      const body = { query: vector, filter, limit, with_payload: true };
      const { points } = await ask<{ readonly points: readonly AnsweredPoint[] }>('query', body, signal);
      return points.map(foundPoint);
    },
    async searchHybrid({ vector, sparse, filter, limit }, signal) {
      const shared = { filter, limit, with_payload: true };
      const { indices, values } = sparse;
      const searches = [
        { ...shared, query: vector, using: denseVector },
        // Qdrant refuses a sparse query without a term.
        ...(indices.length === 0 ? [] : [{ ...shared, query: { indices: [...indices], values: [...values] }, using: sparseVector }]),
      ];
      const [dense, terms] = await ask<readonly ({ readonly points: readonly AnsweredPoint[] } | undefined)[]>(
        'query/batch',
        { searches },
        signal,
      );
      if (dense === undefined || (indices.length > 0 && terms === undefined)) {
        throw new VectorStoreError(shard, `the vector node answered fewer than ${searches.length} searches`, undefined);
      }
      return { dense: dense.points.map(foundPoint), sparse: (terms?.points ?? []).map(foundPoint) };
    },
    async upsert(points, signal) {
      completed(await call(signal, api.upsertPoints({ collection_name: collection, wait: true, points: points.map(stored) }, { signal })));
    },
    async remove(pointIds, signal) {
      completed(await call(signal, api.deletePoints({ collection_name: collection, wait: true, points: [...pointIds] }, { signal })));
    },
    async hasCollection(dimensions, signal) {
      try {
        const { config } = await call(signal, api.getCollection({ collection_name: collection }, { signal }));
        const found = vectorSizes(config.params);
        const wanted: Record<string, number> = isHybrid ? { [denseVector]: dimensions, [sparseVector]: 0 } : { '': dimensions };
        if (!isDeepStrictEqual(found, wanted)) {
          throw new VectorStoreError(
            shard,
            `collection "${collection}" has ${describeSizes(found)}; EMBEDDING_DIM ${dimensions} and RETRIEVAL ${retrieval} need ${describeSizes(wanted)}; use another COLLECTION or drop this one`,
            undefined,
          );
        }
        return true;
      } catch (error) {
        if (error instanceof VectorStoreError && error.status === 404) {
          return false;
        }
        throw error;
      }
    },
    async createCollection({ dimensions, indexedPayloadFields }, signal) {
      await call(
        signal,
        api.createCollection(
          {
            collection_name: collection,
            ...(isHybrid
              ? {
                  vectors: { [denseVector]: { size: dimensions, distance: 'Cosine' } },
                  sparse_vectors: { [sparseVector]: { modifier: 'idf' } },
                }
              : { vectors: { size: dimensions, distance: 'Cosine' } }),
            ...(cluster === undefined
              ? {}
              : {
                  shard_number: cluster.shardNumber,
                  replication_factor: cluster.replicationFactor,
                  write_consistency_factor: cluster.writeConsistencyFactor,
                }),
          },
          { signal },
        ),
      );
      for (const field of indexedPayloadFields) {
        completed(
          await call(
            signal,
            api.createFieldIndex({ collection_name: collection, wait: true, field_name: field, field_schema: 'keyword' }, { signal }),
          ),
        );
      }
    },
  };
}
