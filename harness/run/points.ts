import { QdrantClient } from '@qdrant/js-client-rest';
import type { Topology } from '../contract/topology.ts';
import type { RunningSystem } from '../platform/platform.ts';
import { type Replica, remoteShardsPerSearch, waitForActiveReplicas } from '../platform/qdrant-cluster.ts';

/** Where the points of a variant are after its fill. */
export interface Placement {
  /** Exact where each shard is a node of its own; as the peers tell it in a cluster. */
  readonly pointsPerShard: readonly number[];
  /** Of a Qdrant cluster only. */
  readonly replicas?: readonly Replica[];
  /** Shards that the entry peer of a search has to ask other peers for, on average; of a Qdrant cluster only. */
  readonly remoteShardsPerSearch?: number;
}

async function collectionsOf(url: string): Promise<string[]> {
  const { collections } = await new QdrantClient({ url, checkCompatibility: false }).getCollections();
  return collections.map(({ name }) => name);
}

/** Exact number of points on each vector node, in the order of the shards; asked of the nodes themselves. */
async function pointsPerNode({ vectorNodes }: Pick<RunningSystem, 'vectorNodes'>): Promise<number[]> {
  return Promise.all(
    vectorNodes.map(async ({ url }) => {
      const client = new QdrantClient({ url, checkCompatibility: false });
      const counts = await Promise.all((await collectionsOf(url)).map(async (name) => (await client.count(name, { exact: true })).count));
      return counts.reduce((sum, count) => sum + count, 0);
    }),
  );
}

/**
 * Finds where the points are. A cluster is waited for until every replica is Active: one that is still being filled would
 * be measured as if it were whole.
 */
export async function placementOf(
  system: Pick<RunningSystem, 'vectorNodes' | 'variant'>,
  { vector }: Pick<Topology, 'vector'>,
  signal: AbortSignal,
): Promise<Placement> {
  if (vector.sharding !== 'qdrant-cluster') {
    return { pointsPerShard: await pointsPerNode(system) };
  }
  const peers = system.vectorNodes;
  const [collection] = await collectionsOf(peers[0]?.url ?? '');
  if (collection === undefined) {
    throw new Error(`variant ${system.variant} has no collection after its fill`);
  }
  const { shards, replicationFactor } = vector;
  const replicas = await waitForActiveReplicas(peers, { collection, shards, replicationFactor }, signal);
  const pointsPerShard = Array.from({ length: shards }, (_, shard) =>
    Math.max(0, ...replicas.filter((one) => one.shard === shard).map(({ points }) => points)),
  );
  return {
    pointsPerShard,
    replicas,
    remoteShardsPerSearch: remoteShardsPerSearch(
      peers.map(({ id }) => id),
      replicas,
    ),
  };
}
