import type { ResultVariant } from '../contract/result.ts';
import { wilsonInterval } from '../gates/wilson.ts';
import { validRates } from './carried-rate.ts';
import { boundOf, type Judge, short, undecided } from './judge.ts';

const leastQueries = 1000;

/** Recall at the highest rate at which enough answers were compared with exact search. */
function recallOf(variant: ResultVariant) {
  const rates = validRates(variant).map(({ ratePerSecond, runs }) => {
    const compared = runs.flatMap(({ recallAt10 }) => recallAt10 ?? []);
    const sampleCount = compared.reduce((sum, each) => sum + each.sampleCount, 0);
    const hits = compared.reduce((sum, each) => sum + each.mean * each.sampleCount, 0);
    return { ratePerSecond, sampleCount, value: hits / sampleCount };
  });
  const most = Math.max(0, ...rates.map(({ sampleCount }) => sampleCount));
  const enough = rates.findLast(({ sampleCount }) => sampleCount >= leastQueries);
  return enough === undefined
    ? { id: variant.id, most }
    : {
        id: variant.id,
        most,
        ...enough,
        interval: wilsonInterval(Math.min(enough.value * enough.sampleCount, enough.sampleCount), enough.sampleCount),
      };
}

/** Every variant at the highest rate that has a thousand compared answers. */
export const productionRecall10: Judge = (claim, { variants }) => {
  const bound = boundOf(claim) / 100;
  const all = variants.map(recallOf);
  const known = all.flatMap((each) => ('value' in each ? [each] : []));
  const thin = all.filter((each) => !('value' in each));
  const worst = known.toSorted((a, b) => a.interval.low - b.interval.low)[0];
  const measured =
    worst === undefined
      ? undefined
      : {
          value: worst.value * 100,
          unit: 'percent',
          interval: { ...worst.interval, low: worst.interval.low * 100, high: worst.interval.high * 100 },
        };
  const list = [
    ...known.map(({ id, value, sampleCount, ratePerSecond }) => `${id} ${short(value)} at ${short(ratePerSecond)}/s (n = ${sampleCount})`),
    ...thin.map(({ id, most }) => `${id} compared ${most} queries at one rate, ${leastQueries} are needed`),
  ].join('; ');
  const why = `Answers under load against exact search over the same documents, at the highest rate with ${leastQueries} compared queries; the worst variant is the figure: ${list}.`;
  if (known.some(({ interval }) => interval.high < bound)) {
    return { verdict: 'refuted', ...(measured === undefined ? {} : { measured }), why };
  }
  if (thin.length > 0 || worst === undefined) {
    return undecided(variants.length === 0 ? 'no variant was measured' : why, measured);
  }
  return {
    verdict: known.every(({ interval }) => interval.low > bound) ? 'confirmed' : 'undecided',
    ...(measured === undefined ? {} : { measured }),
    why,
  };
};
