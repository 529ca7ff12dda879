import type { SimulatedSystem } from './simulation.ts';
import type { Topology } from './topology.ts';

/** Topologies know no larger tiers; what is simulated may be larger, and says so itself. */
const largest = { queryReplicas: 32, shards: 64 };

/**
 * What a simulated system would be if it were started: for reports, which know variants by their topologies. How many query replicas
 * there are is for the controller to say; those of the beginning stand here.
 */
export function simulatedTopology(id: string, { vector, answerCache }: SimulatedSystem, initialReplicas: number): Topology {
  return {
    id,
    gateway: { replicas: 1 },
    query: { replicas: Math.min(Math.max(1, initialReplicas), largest.queryReplicas) },
    // Times are those of the simulation, and no preset's.
    provider: { embeddings: 'instant', chat: 'instant' },
    vector: { shards: Math.min(vector.shards, largest.shards), sharding: 'hash' },
    ...(answerCache === undefined ? {} : { cache: { answers: { ttlSeconds: 3600, expiry: 'absolute' as const } } }),
    resourceRule: 'equal-per-node',
  };
}
