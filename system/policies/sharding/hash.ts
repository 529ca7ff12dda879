import { hash32 } from '../random-stream.ts';
import type { ShardingPolicy } from './policy.ts';

/** MurmurHash3's finaliser: FNV alone leaves the low bits of similar ids correlated, and the shard is a remainder. */
function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A document lives on shard `hash(point id) mod shards`; every search asks every shard. */
export function hashSharding(shards: number): ShardingPolicy {
  const all = Array.from({ length: shards }, (_, shard) => shard);
  return {
    shardOf: (pointId) => mix(hash32(pointId)) % shards,
    shardsToAsk: () => all,
  };
}
