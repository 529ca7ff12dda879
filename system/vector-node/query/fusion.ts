import type { Hit } from './hit.ts';

const { fround } = Math;

/** Adds up what each list gives a point; of equal sums the one that was met first comes first. */
function summed(lists: readonly (readonly Hit[])[], scoreOf: (hit: Hit, rank: number, list: number) => number): Hit[] {
  const sums = new Map<number, Hit>();
  lists.forEach((hits, list) => {
    hits.forEach((hit, rank) => {
      const known = sums.get(hit.row);
      sums.set(hit.row, { ...hit, score: fround((known?.score ?? 0) + fround(scoreOf(hit, rank, list))) });
    });
  });
  return [...sums.values()].sort((left, right) => right.score - left.score);
}

/**
 * Reciprocal rank fusion: 1 / ((rank + 1) / weight + k − 1) from each list, rank from 0, so 1 / (rank + k) without weights. A weight of
 * 3 makes three ranks of a list count as one.
 */
export function fuseByRank(lists: readonly (readonly Hit[])[], k: number, weights: readonly number[] | undefined): Hit[] {
  return summed(lists, (_hit, rank, list) => {
    const weight = weights?.[list] ?? 1;
    return weight <= 0 ? 0 : 1 / ((rank + 1) / weight + k - 1);
  });
}

const deviations = 3;

/** Distribution-based score fusion: in each list the mean ± 3 sample standard deviations become 0 and 1, and the results are added up. */
export function fuseByDistribution(lists: readonly (readonly Hit[])[]): Hit[] {
  const scales = lists.map((hits) => {
    const mean = hits.reduce((sum, { score }) => sum + score, 0) / hits.length;
    const variance = hits.reduce((sum, { score }) => sum + (score - mean) ** 2, 0) / (hits.length - 1);
    const reach = deviations * Math.sqrt(variance);
    return { least: mean - reach, span: 2 * reach };
  });
  return summed(lists, ({ score }, _rank, list) => {
    const { least, span } = scales[list] as { least: number; span: number };
    // A list of one point, or of equal scores, says nothing about the distance between them.
    return span > 0 ? (score - least) / span : 0.5;
  });
}
