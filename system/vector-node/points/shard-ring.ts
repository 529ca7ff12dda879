import type { PointId } from './point-id.ts';
import { siphash24 } from './siphash.ts';

/** Places of each shard on the ring: many, so that shards get about equally many points. */
const placesPerShard = 100;

interface Place {
  readonly hash: bigint;
  readonly shard: number;
}

/** The bytes that the engine hashes of an id: its kind, and the integer or the UUID with its length. */
function idBytes(id: PointId): Buffer {
  const bytes = Buffer.alloc(typeof id === 'string' ? 32 : 16);
  if (typeof id === 'string') {
    bytes.writeBigUInt64LE(1n, 0);
    bytes.writeBigUInt64LE(16n, 8);
    bytes.write(id.replaceAll('-', ''), 16, 'hex');
  } else {
    bytes.writeBigUInt64LE(BigInt(id), 8);
  }
  return bytes;
}

/** Says which shard the engine would keep a point in. This node keeps all in one place and only reports it. */
export class ShardRing {
  readonly #places: readonly Place[];

  constructor(shardCount: number) {
    const places: Place[] = [];
    for (let shard = 0; shard < shardCount; shard += 1) {
      for (let place = 0; place < placesPerShard; place += 1) {
        const bytes = Buffer.alloc(8);
        bytes.writeUInt32LE(shard, 0);
        bytes.writeUInt32LE(place, 4);
        places.push({ hash: siphash24(bytes), shard });
      }
    }
    this.#places = places.sort((left, right) => (left.hash < right.hash ? -1 : 1));
  }

  /** The shard at the first place on the ring at or after the id's own. */
  shardOf(id: PointId): number {
    const hash = siphash24(idBytes(id));
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#places[middle] as Place).hash < hash) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return (this.#places[low] ?? (this.#places[0] as Place)).shard;
  }
}
