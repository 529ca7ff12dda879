import { type Judge, type Judgement, short, undecided } from './judge.ts';
import { type CountedRate, listed, missingCounts, possiblyBest, ratesBySize, wantedCounts } from './shard-counts.ts';

const leastSizes = 2;
const vectorsPerUnit = 10_000;

type Agreement = 'within' | 'outside' | 'open';

const wantedPlaces: readonly number[] = wantedCounts;

/** Place of the wanted count that is nearest to √n. */
function nearestPlace(root: number): number {
  const distances = wantedCounts.map((count) => Math.abs(count - root));
  return distances.indexOf(Math.min(...distances));
}

/** Are all counts that may be the best within one step of √n, none of them, or some? */
function agreement(rates: readonly CountedRate[], n: number): Agreement {
  const place = nearestPlace(Math.sqrt(n));
  const near = possiblyBest(rates).map((count) => Math.abs(wantedPlaces.indexOf(count) - place) <= 1);
  return near.every(Boolean) ? 'within' : near.some(Boolean) ? 'open' : 'outside';
}

function over(agreements: readonly Agreement[]): Agreement {
  if (agreements.includes('outside')) {
    return 'outside';
  }
  return agreements.includes('open') ? 'open' : 'within';
}

const verdicts: Record<Agreement, Judgement['verdict']> = { within: 'confirmed', outside: 'refuted', open: 'undecided' };

/**
 * √n shards, with n read as nodes (as many as the largest number of shards compared has) and as vectors in units of ten
 * thousand. One reading that holds at both sizes confirms; only both failing refutes.
 */
export const systemSqrtShards: Judge = (_claim, findings) => {
  const sizes = ratesBySize(findings, 'equal-total').filter(({ documents }) => documents > 0);
  const whole = sizes.filter(({ rates }) => missingCounts(rates).length === 0);
  if (whole.length < leastSizes) {
    const seen = sizes.map(
      ({ documents, rates }) => `${documents} documents with ${rates.map(({ shards }) => shards).join(', ') || 'no'} shards`,
    );
    return undecided(
      `${wantedCounts.join(', ')} shards at two corpus sizes are needed; measured were ${seen.length === 0 ? 'none' : seen.join(' and ')}. Nothing is extrapolated to sizes that were not run.`,
    );
  }
  const nodes = Math.max(...wantedCounts);
  const readings = {
    nodes: over(whole.map(({ rates }) => agreement(rates, nodes))),
    vectors: over(whole.map(({ rates, documents }) => agreement(rates, documents / vectorsPerUnit))),
  };
  const all = Object.values(readings);
  const reading: Agreement = all.includes('within') ? 'within' : all.includes('open') ? 'open' : 'outside';
  const largest = whole.at(-1);
  const best = possiblyBest(largest?.rates ?? []);
  const words: Record<Agreement, string> = { within: 'holds', outside: 'does not hold', open: 'stays open' };
  const details = whole
    .map(
      ({ documents, rates }) =>
        `${documents} documents: best ${possiblyBest(rates).join(' or ')} (${listed(rates)}), √${nodes} nodes = ${short(Math.sqrt(nodes))}, √(${documents} ÷ ${vectorsPerUnit}) = ${short(Math.sqrt(documents / vectorsPerUnit))}`,
    )
    .join('; ');
  return {
    verdict: verdicts[reading],
    ...(best.length === 1 && best[0] !== undefined ? { measured: { value: best[0], unit: 'shards at the largest size' } } : {}),
    why: `n as nodes ${words[readings.nodes]}, n as vectors in units of ten thousand ${words[readings.vectors]}: ${details}.`,
  };
};
