import { boundOf, type Judge, short, undecided } from './judge.ts';

const leastDocuments = 10_000;
const wanted = [1, 10, 50, 150, 500] as const;
const mostOverMean = 1.2;
const leastGain = 0.05;

/** The ring of this corpus' own ids, replayed with more and fewer virtual nodes; nothing but the policy is involved. */
export const systemVirtualNodes: Judge = (claim, { ringBalance = [] }) => {
  const preset = boundOf(claim);
  const missing = wanted.filter((count) => !ringBalance.some(({ virtualNodes }) => virtualNodes === count));
  if (missing.length > 0) {
    return undecided(`the corpus was not placed with ${missing.join(', ')} virtual nodes`);
  }
  // Over several numbers of shards the worst one counts: a preset has to serve them all.
  const worst = (count: number) =>
    Math.max(...ringBalance.filter(({ virtualNodes }) => virtualNodes === count).map((each) => each.maximumOverMean));
  const documents = Math.min(...ringBalance.map((each) => each.documents));
  const shards = [...new Set(ringBalance.map((each) => each.shards))].join(', ');
  const [own, most] = [worst(preset), worst(500)];
  const gain = 1 - most / own;
  const measured = { value: own, unit: `fullest ÷ mean at ${preset} virtual nodes` };
  const why = `Fullest shard ÷ mean, the worst of ${shards} shards, ${documents} documents, by virtual nodes: ${wanted.map((count) => `${count}: ${short(worst(count))}`).join(', ')}. From ${preset} to 500 it changes by ${short(-gain * 100)} %. The ring is computed, so the figure has no interval.`;
  if (documents < leastDocuments) {
    return undecided(`${why} Below ${leastDocuments} documents chance is larger than the ring.`, measured);
  }
  return { verdict: own <= mostOverMean && gain < leastGain ? 'confirmed' : 'refuted', measured, why };
};
