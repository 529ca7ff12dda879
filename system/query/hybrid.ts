import { fuseByRank } from '../policies/fusion.ts';
import { mergeTopK } from '../policies/merge.ts';
import type { FoundPoint, HybridLists } from '../runtime/vector-store.ts';
import { type CheckedHit, checkedHit, type HitCheck } from './checked-hits.ts';

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
  const hits: CheckedHit[] = [];
  // Payloads are read in the order of the answer and no further than it reaches: reading is most of this stage's work.
  for (const { id, score } of fuseByRank([dense, sparse], points.size)) {
    const hit = checkedHit(check, { ...(points.get(id) as FoundPoint), score });
    if (hit !== undefined && hits.push(hit) === limit) {
      break;
    }
  }
  return hits;
}
