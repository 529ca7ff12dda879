import { fuseByRank } from '../policies/fusion.ts';
import { mergeTopK } from '../policies/merge.ts';
import type { FoundPoint, HybridLists } from '../runtime/vector-store.ts';
import { type CheckedHit, type HitCheck, visibleHits } from './checked-hits.ts';

/**
 * The lists of all shards as two, as one node would have answered. Merged before they are fused: the first of a small
 * shard is not as good as the first of all, and ranks within a shard would say that it is.
 */
export function mergeLists(shards: readonly HybridLists[], depth: number): HybridLists {
  return {
    dense: mergeTopK(
      shards.map(({ dense }) => dense),
      depth,
    ),
    sparse: mergeTopK(
      shards.map(({ sparse }) => sparse),
      depth,
    ),
  };
}

/** The best `limit` of both lists by reciprocal rank that the caller may see; a hit's score is that of the fusion. */
export function fusedHits(check: HitCheck, { dense, sparse }: HybridLists, limit: number): CheckedHit[] {
  const points = new Map<string, FoundPoint>([...sparse, ...dense].map((point) => [point.id, point]));
  const fused = fuseByRank([dense, sparse], points.size).map(({ id, score }) => ({ ...(points.get(id) as FoundPoint), score }));
  return visibleHits(check, fused, limit);
}
