import { pointHash } from './point-hash.ts';
import { askAll, type ComputedSharding } from './policy.ts';

/** A document lives on shard `hash(point id) mod shards`; every search asks every shard. */
export function hashSharding(shards: number): ComputedSharding {
  return { placedBy: 'id', shardOf: (pointId) => pointHash(pointId) % shards, ...askAll(shards) };
}
