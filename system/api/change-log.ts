/** Notified with every append: the applier wakes. */
export const changeLogChannel = 'change_log';

/** Notified when shards have applied more. */
export const appliedSequenceChannel = 'applied_sequence';

/**
 * The one table of the indexer that other processes read: how far each shard has applied the change log. It is written
 * after the changes are visible, so a reader is never ahead of the truth. `$1` is the collection; rows of `{shard, sequence}`, both numbers below 2^53.
 */
export const selectAppliedSequence =
  'SELECT shard, sequence::float8 AS sequence FROM applied_sequence WHERE collection = $1 ORDER BY shard';

export interface AppliedSequenceRow {
  readonly shard: number;
  readonly sequence: number;
}

/** Applied on every one of the shards 0 to `shards` − 1; 0 when one of them has no row. */
export function appliedOnEvery(rows: readonly AppliedSequenceRow[], shards: number): number {
  const known = new Map(rows.map(({ shard, sequence }) => [shard, sequence]));
  let lowest = Number.POSITIVE_INFINITY;
  for (let shard = 0; shard < shards; shard += 1) {
    lowest = Math.min(lowest, known.get(shard) ?? 0);
  }
  return Number.isFinite(lowest) ? lowest : 0;
}
