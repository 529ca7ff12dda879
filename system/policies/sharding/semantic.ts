import { randomStream } from '../random-stream.ts';
import { askAll, type Centroids, type SemanticSharding } from './policy.ts';
import { dot, sphericalKMeans } from './spherical-k-means.ts';

/** Shards that a search asks where the topology says nothing else. */
export const defaultProbes = 2;

/** How far above an equal share a shard may be filled before documents go to the next nearest. */
const fullness = 1.25;
/** Below this the shares of a collection that has just begun would say nothing. */
const leastRoom = 32;

/** Points that a shard may hold when there are `documents` in all. */
export function roomPerShard(documents: number, shards: number): number {
  return Math.max(leastRoom, Math.ceil((fullness * documents) / shards));
}

/** Shard numbers, nearest centroid first; of equals the lower number. */
export function nearestShards(vector: readonly number[], centroids: Centroids): number[] {
  const cosines = centroids.map((centroid) => dot(vector, centroid));
  return cosines
    .map((_cosine, shard) => shard)
    .sort((left, right) => (cosines[right] as number) - (cosines[left] as number) || left - right);
}

/**
 * A document lives on the shard whose centroid is nearest to its vector, or on the next nearest when that one is too
 * full; a search asks the `probes` shards that are nearest to its own vector. What lies elsewhere is not found: the
 * price of asking fewer shards is recall.
 */
export function semanticSharding(shards: number, probes: number, seed: number): SemanticSharding {
  return {
    placedBy: 'vector',
    centroidsOf: (vectors, dimensions) => sphericalKMeans(vectors, shards, dimensions, randomStream(seed, 'centroids')),
    place(vector, centroids, pointsPerShard) {
      const documents = pointsPerShard.reduce((sum, points) => sum + points, 0) + 1;
      const room = roomPerShard(documents, shards);
      const [nearest = 0, ...others] = nearestShards(vector, centroids);
      return [nearest, ...others].find((shard) => (pointsPerShard[shard] ?? 0) < room) ?? nearest;
    },
    routing: (centroids) =>
      centroids === undefined || probes >= shards
        ? askAll(shards)
        : {
            shardsToAsk: (queryVector) =>
              nearestShards(queryVector, centroids)
                .slice(0, probes)
                .sort((left, right) => left - right),
          },
  };
}
