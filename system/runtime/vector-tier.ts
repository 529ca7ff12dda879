import type { z } from 'zod';
import type { queryEnvironmentSchema } from '../api/environment.ts';
import { placementName, shardingPolicy } from '../policies/sharding/index.ts';
import type { ShardingPolicy } from '../policies/sharding/policy.ts';
import { overPeers } from './peer-store.ts';
import { createVectorStore, type VectorStore } from './vector-store.ts';

type VectorSettings = Pick<
  z.output<typeof queryEnvironmentSchema>,
  | 'QDRANT_URLS'
  | 'SHARDING_STRATEGY'
  | 'EXPECTED_DOCUMENTS'
  | 'VIRTUAL_NODES'
  | 'PROBES'
  | 'PLACEMENT_SEED'
  | 'COLLECTION'
  | 'RETRIEVAL'
  | 'CLUSTER_SHARD_NUMBER'
  | 'CLUSTER_REPLICATION_FACTOR'
  | 'CLUSTER_WRITE_CONSISTENCY_FACTOR'
> & {
  /** To one vector node; many where it is not said. */
  readonly VECTOR_CONNECTIONS?: number;
};

export interface VectorTier {
  readonly policy: ShardingPolicy;
  /** Collections of another placement cannot be gone on with. */
  readonly placementName: string;
  /** By shard number. */
  readonly stores: readonly VectorStore[];
}

/** Throws on a number of shards with which a strategy would not be what its name says. */
function assertSensible({
  SHARDING_STRATEGY: strategy,
  QDRANT_URLS: { length: shards },
  PROBES,
  EXPECTED_DOCUMENTS,
}: VectorSettings): void {
  if (strategy === 'semantic' && shards < 2) {
    throw new RangeError(`SHARDING_STRATEGY is semantic and QDRANT_URLS names ${shards} shard: routing needs at least 2`);
  }
  if (strategy === 'semantic' && PROBES > shards) {
    throw new RangeError(`PROBES is ${PROBES}, but QDRANT_URLS names ${shards} shards`);
  }
  if (strategy === 'range' && EXPECTED_DOCUMENTS < shards) {
    throw new RangeError(`EXPECTED_DOCUMENTS is ${EXPECTED_DOCUMENTS}, which leaves some of ${shards} shards without a range`);
  }
}

/** The shards as the query and the indexer see them: one per node, or a whole Qdrant cluster as a single one. */
export function openVectorTier(settings: VectorSettings): VectorTier {
  const { QDRANT_URLS: urls, COLLECTION: collection, SHARDING_STRATEGY: strategy, RETRIEVAL: retrieval, VECTOR_CONNECTIONS } = settings;
  if (strategy !== 'qdrant-cluster') {
    assertSensible(settings);
    const sharding = {
      expectedDocuments: settings.EXPECTED_DOCUMENTS,
      virtualNodes: settings.VIRTUAL_NODES,
      probes: settings.PROBES,
      seed: settings.PLACEMENT_SEED,
    };
    return {
      policy: shardingPolicy(strategy, urls.length, sharding),
      placementName: placementName(strategy, sharding),
      stores: urls.map((url, shard) => createVectorStore(shard, url, collection, undefined, retrieval, VECTOR_CONNECTIONS)),
    };
  }
  const cluster = {
    shardNumber: settings.CLUSTER_SHARD_NUMBER,
    replicationFactor: settings.CLUSTER_REPLICATION_FACTOR,
    writeConsistencyFactor: settings.CLUSTER_WRITE_CONSISTENCY_FACTOR,
  };
  return {
    policy: shardingPolicy('hash', 1),
    placementName: strategy,
    stores: [overPeers(urls.map((url) => createVectorStore(0, url, collection, cluster, retrieval, VECTOR_CONNECTIONS)))],
  };
}
