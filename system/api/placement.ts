/** Notified when a collection got its centroids. */
export const placementChannel = 'placement';

/**
 * Where semantic searches look: the indexer writes the centroids of a collection once, before the first document that they
 * place, and never changes them, so a reader that does not have them yet asks every shard and misses nothing. `$1` is the collection.
 */
export const selectCentroids = 'SELECT centroids FROM placement_state WHERE collection = $1 AND centroids IS NOT NULL';

/** Unit vectors by shard number. */
export interface CentroidsRow {
  readonly centroids: readonly (readonly number[])[];
}
