import type { Topology } from '../harness/contract/topology.ts';

/** One vector node holds everything. */
export const single: Topology = {
  id: 'single',
  gateway: { replicas: 1 },
  query: { replicas: 1 },
  provider: { embeddings: 'instant', chat: 'instant' },
  vector: { shards: 1, sharding: 'hash' },
  resourceRule: 'equal-total',
};

/** The query tier scatters every search over independent vector nodes; documents are placed by hash. */
export function routerHash(shards: number): Topology {
  return { ...single, id: `router-hash-${shards}`, vector: { shards, sharding: 'hash' } };
}

/** Qdrant shards by itself: as many shards as peers, each shard on `replicationFactor` of them. One replica confirms a write. */
export function qdrantCluster(nodes: number, replicationFactor: number): Topology {
  return {
    ...single,
    id: replicationFactor === 1 ? `qdrant-cluster-${nodes}` : `qdrant-cluster-${nodes}x${replicationFactor}`,
    vector: { sharding: 'qdrant-cluster', shards: nodes, nodes, replicationFactor, writeConsistencyFactor: 1 },
  };
}

/** The same system where every vector node has as much as the single one: what a fleet of machines of one size has. */
export function perNode(topology: Topology): Topology {
  return { ...topology, id: `${topology.id}-per-node`, resourceRule: 'equal-per-node' };
}
