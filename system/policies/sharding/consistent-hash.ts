import { pointHash } from './point-hash.ts';
import { askAll, type ComputedSharding } from './policy.ts';

/** Virtual nodes per shard, as the chapters have it: enough that the fullest shard stays near the mean. */
export const defaultVirtualNodes = 150;

/**
 * A ring (Karger et al., STOC 1997) on which every shard stands at `virtualNodes` places: a point belongs to the next
 * place clockwise. A shard that joins or leaves moves only the points next to its own places. Takes the shard numbers
 * themselves, because after a removal they are not consecutive.
 */
export function hashRing(shards: readonly number[], virtualNodes: number): (pointId: string) => number {
  const places = shards
    .flatMap((shard) => Array.from({ length: virtualNodes }, (_, replica) => ({ at: pointHash(`shard-${shard}/${replica}`), shard })))
    // Two places at one spot go by shard number, so that the order of the list does not matter.
    .sort((left, right) => left.at - right.at || left.shard - right.shard);
  const spots = Uint32Array.from(places, ({ at }) => at);
  return (pointId) => {
    const hash = pointHash(pointId);
    let low = 0;
    let high = spots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((spots[middle] as number) < hash) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    // Beyond the last place the ring closes.
    return (places[low] ?? places[0])?.shard as number;
  };
}

/** A document lives where the ring says; every search asks every shard. */
export function consistentHashSharding(shards: number, virtualNodes: number): ComputedSharding {
  const shardOf = hashRing(
    Array.from({ length: shards }, (_, shard) => shard),
    virtualNodes,
  );
  return { placedBy: 'id', shardOf, ...askAll(shards) };
}
