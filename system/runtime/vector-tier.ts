import type { z } from 'zod';
import type { queryEnvironmentSchema } from '../api/environment.ts';
import { shardingPolicy } from '../policies/sharding/index.ts';
import type { ShardingPolicy } from '../policies/sharding/policy.ts';
import { overPeers } from './peer-store.ts';
import { createVectorStore, type VectorStore } from './vector-store.ts';

type VectorSettings = Pick<
  z.output<typeof queryEnvironmentSchema>,
  | 'QDRANT_URLS'
  | 'SHARDING_STRATEGY'
  | 'COLLECTION'
  | 'RETRIEVAL'
  | 'CLUSTER_SHARD_NUMBER'
  | 'CLUSTER_REPLICATION_FACTOR'
  | 'CLUSTER_WRITE_CONSISTENCY_FACTOR'
>;

export interface VectorTier {
  readonly policy: ShardingPolicy;
  /** By shard number. */
  readonly stores: readonly VectorStore[];
}

/** The shards as the query and the indexer see them: one per node, or a whole Qdrant cluster as a single one. */
export function openVectorTier(settings: VectorSettings): VectorTier {
  const { QDRANT_URLS: urls, COLLECTION: collection, SHARDING_STRATEGY: strategy } = settings;
  if (strategy !== 'qdrant-cluster') {
    return {
      policy: shardingPolicy(strategy, urls.length),
      stores: urls.map((url, shard) => createVectorStore(shard, url, collection, undefined, settings.RETRIEVAL)),
    };
  }
  const cluster = {
    shardNumber: settings.CLUSTER_SHARD_NUMBER,
    replicationFactor: settings.CLUSTER_REPLICATION_FACTOR,
    writeConsistencyFactor: settings.CLUSTER_WRITE_CONSISTENCY_FACTOR,
  };
  return {
    policy: shardingPolicy('hash', 1),
    stores: [overPeers(urls.map((url) => createVectorStore(0, url, collection, cluster, settings.RETRIEVAL)))],
  };
}
