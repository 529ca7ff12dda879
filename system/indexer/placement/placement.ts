import { pointIdOf } from '../../api/point.ts';
import type { NumberedSharding, SemanticSharding, ShardingPolicy } from '../../policies/sharding/policy.ts';
import type { Change } from '../change.ts';
import { decideByNumber, decideByVector } from './decide.ts';
import type { LocationTable, PlacementState } from './location-table.ts';
import type { TenuresOf } from './tenure.ts';

/** Vectors of puts by sequence number. */
export type EmbedPuts = (puts: readonly (Change & { readonly kind: 'put' })[]) => Promise<(sequence: number) => readonly number[]>;

/** Knows the place of every change. A place, once decided, is the same whenever the log is read again. */
export interface Placement {
  /** Resolves when the place of each of these consecutive changes is decided and durable. */
  locate(changes: readonly Change[], embedPuts: EmbedPuts): Promise<TenuresOf>;
}

function nothingPlaced(shards: number): PlacementState {
  return { placedSequence: 0, documents: 0, pointsPerShard: Array.from({ length: shards }, () => 0), centroids: undefined };
}

/** Places that are decided when a change is first read, and remembered. */
function locatedPlacement(policy: NumberedSharding | SemanticSharding, shards: number, table: LocationTable): Placement {
  let state: PlacementState | undefined;
  return {
    async locate(changes, embedPuts) {
      let current = state ?? (await table.readState()) ?? nothingPlaced(shards);
      const known = await table.readTenures([...new Set(changes.map(pointIdOf))]);
      const tenuresOf: TenuresOf = (pointId) => known.get(pointId) ?? [];
      const { placedSequence } = current;
      const undecided = changes.filter(({ sequence }) => sequence > placedSequence);
      const next = undecided[0]?.sequence;
      if (next !== undefined) {
        if (next !== placedSequence + 1) {
          throw new Error(
            `places are known up to change ${placedSequence}, and the next change is ${next}; the location table was changed by something else`,
          );
        }
        const decided =
          policy.placedBy === 'number'
            ? decideByNumber(policy, current, undecided, tenuresOf)
            : decideByVector(policy, current, undecided, tenuresOf, await embedPuts(undecided.filter((change) => change.kind === 'put')));
        await table.record(decided.tenures, decided.state);
        current = decided.state;
        for (const { pointId, fromSequence, shard } of decided.tenures) {
          known.set(pointId, [...tenuresOf(pointId), { fromSequence, shard }]);
        }
      }
      state = current;
      return tenuresOf;
    },
  };
}

/** The placement of a policy; `table` is asked only by policies that need to remember. */
export function placementOf(policy: ShardingPolicy, shards: number, table: LocationTable): Placement {
  if (policy.placedBy !== 'id') {
    return locatedPlacement(policy, shards, table);
  }
  return { locate: async () => (pointId) => [{ fromSequence: 0, shard: policy.shardOf(pointId) }] };
}
