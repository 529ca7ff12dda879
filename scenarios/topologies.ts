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

/**
 * Documents in equal ranges of the order in which they were first written. Without `expectedDocuments` the ranges are laid
 * over the documents that the profile fills in.
 */
export function routerRange(shards: number, expectedDocuments?: number): Topology {
  const vector = { shards, sharding: 'range' as const };
  return { ...single, id: `router-range-${shards}`, vector: expectedDocuments === undefined ? vector : { ...vector, expectedDocuments } };
}

/** Every document on a shard that was drawn for it and is remembered. */
export function routerRandom(shards: number): Topology {
  return { ...single, id: `router-random-${shards}`, vector: { shards, sharding: 'random' } };
}

/** Documents where a ring of 150 virtual nodes per shard puts them. */
export function routerConsistentHash(shards: number): Topology {
  return { ...single, id: `router-consistent-hash-${shards}`, vector: { shards, sharding: 'consistent-hash', virtualNodes: 150 } };
}

/** Documents by meaning: a search asks only the `probes` shards that are nearest to its question. */
export function routerSemantic(shards: number, probes = 2): Topology {
  return { ...single, id: `router-semantic-${shards}`, vector: { shards, sharding: 'semantic', probes } };
}

/** Qdrant shards by itself: as many shards as peers, each shard on `replicationFactor` of them. One replica confirms a write. */
export function qdrantCluster(nodes: number, replicationFactor: number): Topology {
  return {
    ...single,
    id: replicationFactor === 1 ? `qdrant-cluster-${nodes}` : `qdrant-cluster-${nodes}x${replicationFactor}`,
    vector: { sharding: 'qdrant-cluster', shards: nodes, nodes, replicationFactor, writeConsistencyFactor: 1 },
  };
}

/** The same system with BM25 beside the embeddings: every search asks each shard for both lists and fuses them. */
export function hybrid(topology: Topology): Topology {
  return { ...topology, id: `${topology.id}-hybrid`, retrieval: 'hybrid' };
}

/** The same system with a reranker: twice as many candidates as are asked for go to the provider, which puts them into its own order. */
export function reranked(topology: Topology): Topology {
  return { ...topology, id: `${topology.id}-rerank`, rerank: true };
}

/** The same system where every vector node has as much as the single one: what a fleet of machines of one size has. */
export function perNode(topology: Topology): Topology {
  return { ...topology, id: `${topology.id}-per-node`, resourceRule: 'equal-per-node' };
}
