import { boundOf, type Judge, undecided } from './judge.ts';
import { listed, missingCounts, ratesBySize } from './shard-counts.ts';

/** A rate within this share of the best one is as good. */
const asGood = 0.95;

/** Three shards against 1, 2, 4, 6 and 8 by the rate that each carries within the limits of the ladder. */
export const askbotShardNumber: Judge = (claim, findings) => {
  const wanted = boundOf(claim);
  const size = ratesBySize(findings, 'equal-total').at(-1);
  const perNode = ratesBySize(findings, 'equal-per-node').at(-1);
  const rates = size?.rates ?? [];
  const missing = missingCounts(rates);
  const other =
    missingCounts(perNode?.rates ?? []).length === 0
      ? ` Equal resources per node: ${listed(perNode?.rates ?? [])}.`
      : ' Under equal resources per node the counts were not all run.';
  const own = rates.find(({ shards }) => shards === wanted);
  if (missing.length > 0 || own === undefined) {
    return undecided(
      `A rate within the limits of the ladder is known for ${rates.length === 0 ? 'no number of shards' : listed(rates)}; ${missing.join(', ')} ${missing.length === 1 ? 'was' : 'were'} not run.`,
    );
  }
  const others = rates.filter(({ shards }) => shards !== wanted);
  const measured = { value: own.bracket.low, unit: 'requests/s with three shards' };
  const why = `Rate within the limits of the ladder by number of shards, ${size?.documents} documents: ${listed(rates)}. A bracket between two rungs stands for the interval.${other}`;
  const bestLow = Math.max(...others.map(({ bracket }) => bracket.low));
  const bestHigh = Math.max(...others.map(({ bracket }) => bracket.high));
  if (own.bracket.low > 0 && own.bracket.low >= asGood * bestHigh) {
    return { verdict: 'confirmed', measured, why };
  }
  if (asGood * bestLow > own.bracket.high) {
    return { verdict: 'refuted', measured, why };
  }
  return undecided(`${why} The brackets overlap.`, measured);
};
