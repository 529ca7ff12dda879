import { pointIdOf } from '../../api/point.ts';
import type { NumberedSharding, SemanticSharding } from '../../policies/sharding/policy.ts';
import type { Change } from '../change.ts';
import type { NewTenure, PlacementState } from './location-table.ts';
import type { TenuresOf } from './tenure.ts';

export interface Decision {
  readonly tenures: readonly NewTenure[];
  readonly state: PlacementState;
}

/** Gives every document its number, and with it its place for good, at its first write. Changes come in the order of the log. */
export function decideByNumber(
  policy: NumberedSharding,
  state: PlacementState,
  changes: readonly Change[],
  tenuresOf: TenuresOf,
): Decision {
  const pointsPerShard = [...state.pointsPerShard];
  const tenures = new Map<string, NewTenure>();
  let { documents, placedSequence } = state;
  for (const change of changes) {
    const pointId = pointIdOf(change);
    placedSequence = change.sequence;
    if (change.kind === 'put' && !tenures.has(pointId) && tenuresOf(pointId).length === 0) {
      const shard = policy.shardOfNumber(documents);
      tenures.set(pointId, { pointId, fromSequence: change.sequence, shard, documentNumber: documents });
      pointsPerShard[shard] = (pointsPerShard[shard] ?? 0) + 1;
      documents += 1;
    }
  }
  return { tenures: [...tenures.values()], state: { ...state, placedSequence, documents, pointsPerShard } };
}

/**
 * Places every put by its vector; a document gets a new tenure only when its shard changes, and a last one when it is
 * deleted. The first vectors of a collection make its centroids.
 */
export function decideByVector(
  policy: SemanticSharding,
  state: PlacementState,
  changes: readonly Change[],
  tenuresOf: TenuresOf,
  vectorOf: (sequence: number) => readonly number[],
): Decision {
  const pointsPerShard = [...state.pointsPerShard];
  const vectors = changes.flatMap(({ kind, sequence }) => (kind === 'put' ? [vectorOf(sequence)] : []));
  const [first] = vectors;
  const centroids = state.centroids ?? (first === undefined ? undefined : policy.centroidsOf(vectors, first.length));
  const tenures: NewTenure[] = [];
  const shardNow = new Map<string, number | null>();
  let { documents, placedSequence } = state;
  for (const change of changes) {
    const pointId = pointIdOf(change);
    placedSequence = change.sequence;
    const known = shardNow.get(pointId);
    const before = known === undefined ? (tenuresOf(pointId).at(-1)?.shard ?? null) : known;
    if (before !== null) {
      pointsPerShard[before] = (pointsPerShard[before] ?? 0) - 1;
    }
    let after: number | null = null;
    if (change.kind === 'put') {
      if (centroids === undefined) {
        throw new Error('a collection with documents has centroids');
      }
      after = policy.place(vectorOf(change.sequence), centroids, pointsPerShard);
      pointsPerShard[after] = (pointsPerShard[after] ?? 0) + 1;
      documents += known === undefined && tenuresOf(pointId).length === 0 ? 1 : 0;
    }
    shardNow.set(pointId, after);
    if (after !== before) {
      tenures.push({ pointId, fromSequence: change.sequence, shard: after, documentNumber: undefined });
    }
  }
  return { tenures, state: { placedSequence, documents, pointsPerShard, centroids } };
}
