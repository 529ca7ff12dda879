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
