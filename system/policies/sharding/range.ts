import { askAll, type NumberedSharding } from './policy.ts';

/**
 * Contiguous ranges of document numbers: of a million expected documents on three shards the first 333,334 live on shard 0,
 * the next on shard 1, the rest on shard 2, and so does everything beyond what was expected. A collection that stays smaller than expected leaves its
 * last shards empty: that is the strategy's own weakness and is not hidden.
 */
export function rangeSharding(shards: number, expectedDocuments: number): NumberedSharding {
  return {
    placedBy: 'number',
    shardOfNumber: (documentNumber) => Math.min(shards - 1, Math.floor((documentNumber * shards) / expectedDocuments)),
    ...askAll(shards),
  };
}
