import { QdrantClient } from '@qdrant/js-client-rest';
import type { RunningSystem } from '../platform/platform.ts';

/** Exact number of points on each vector node, in the order of the shards; asked of the nodes themselves. */
export async function pointsPerShard({ vectorNodes }: Pick<RunningSystem, 'vectorNodes'>): Promise<number[]> {
  return Promise.all(
    vectorNodes.map(async ({ url }) => {
      const client = new QdrantClient({ url, checkCompatibility: false });
      const { collections } = await client.getCollections();
      const counts = await Promise.all(collections.map(async ({ name }) => (await client.count(name, { exact: true })).count));
      return counts.reduce((sum, count) => sum + count, 0);
    }),
  );
}
