export interface Scored {
  readonly id: string;
  readonly score: number;
}

/** Higher score first, ties by id, so that the order does not depend on which shard answered first. */
export function byScore(left: Scored, right: Scored): number {
  return right.score - left.score || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0);
}

/**
 * Merges the top lists of several shards into the global top `k`. Exact when every list is its shard's top `k`.
 * An id that two shards report (a document on the move) is kept once, with its higher score.
 */
export function mergeTopK<T extends Scored>(lists: readonly (readonly T[])[], k: number): T[] {
  const best = new Map<string, T>();
  for (const hit of lists.flat()) {
    const known = best.get(hit.id);
    if (known === undefined || hit.score > known.score) {
      best.set(hit.id, hit);
    }
  }
  return [...best.values()].sort(byScore).slice(0, k);
}
