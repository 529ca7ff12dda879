/** Which shards a search asks. Pure: the same vector gives the same shards everywhere. */
export interface ShardRouting {
  /** Shard numbers that are asked for this query, ascending and at least one. */
  shardsToAsk(queryVector: readonly number[]): readonly number[];
}

/** The shard follows from the point id alone: nothing has to be remembered. */
export interface ComputedSharding extends ShardRouting {
  readonly placedBy: 'id';
  /** Shard number in [0, shards) of a point id. */
  readonly shardOf: (pointId: string) => number;
}

/**
 * The shard follows from the document's number: how many documents were first written before it. The number is given
 * once and survives updates and deletion, so the location has to be remembered.
 */
export interface NumberedSharding extends ShardRouting {
  readonly placedBy: 'number';
  /** Shard number in [0, shards) of the document with that number, counted from 0. */
  readonly shardOfNumber: (documentNumber: number) => number;
}

/** Unit vectors, one per shard, by shard number. */
export type Centroids = readonly (readonly number[])[];

/** The shard follows from the document's vector, so that an update may move it, and a search knows where to look. */
export interface SemanticSharding {
  readonly placedBy: 'vector';
  /** The centroids of a collection that begins with these vectors, of `dimensions` numbers each. */
  centroidsOf(vectors: readonly (readonly number[])[], dimensions: number): Centroids;
  /** The shard of a vector; `pointsPerShard` says how full each shard is without the document itself. */
  place(vector: readonly number[], centroids: Centroids, pointsPerShard: readonly number[]): number;
  /** Where to look; without centroids, which exist from the first document on, everywhere. */
  routing(centroids: Centroids | undefined): ShardRouting;
}

export type ShardingPolicy = ComputedSharding | NumberedSharding | SemanticSharding;

/** Every search asks every shard. */
export function askAll(shards: number): ShardRouting {
  const all = Array.from({ length: shards }, (_, shard) => shard);
  return { shardsToAsk: () => all };
}
