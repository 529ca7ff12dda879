import { byScore, type Scored } from './merge.ts';

/**
 * Flattens the weight of the ranks: a document at rank r (from 0) of a list gets 1 ÷ (constant + r). 60 is the value of
 * the paper that introduced the method (Cormack, Clarke and Büttcher, SIGIR 2009); Qdrant's own is 2.
 */
export const rankConstant = 60;

/**
 * How many hits of each list are fused when `limit` are wanted. A document may be just below the wanted ones in both
 * lists and still belong into the answer, so each list is taken deeper than that.
 */
export function fusedDepth(limit: number): number {
  return 2 * limit;
}

/**
 * Reciprocal rank fusion: the sum over all lists of 1 ÷ (constant + rank). Lists are in the order of their scores, each
 * with different ids; only the order counts, so that scores which cannot be compared need not be. Ties go by id.
 */
export function fuseByRank(lists: readonly (readonly { readonly id: string }[])[], limit: number, constant = rankConstant): Scored[] {
  const shares = new Map<string, number[]>();
  for (const list of lists) {
    for (const [rank, { id }] of list.entries()) {
      const share = 1 / (constant + rank);
      const known = shares.get(id);
      if (known === undefined) {
        shares.set(id, [share]);
      } else {
        known.push(share);
      }
    }
  }
  return (
    [...shares]
      // Added in one order whatever the order of the lists, because floating-point addition depends on it.
      .map(([id, own]) => ({ id, score: own.sort((left, right) => right - left).reduce((sum, share) => sum + share, 0) }))
      .sort(byScore)
      .slice(0, limit)
  );
}
