import type { ResultVariant, RunRecord } from '../contract/result.ts';
import { hodgesLehmann } from '../gates/hodges-lehmann.ts';
import { bracketOf, carried, searchesPerSecond, validRates } from './carried-rate.ts';
import { boundOf, type Judge, short, undecided } from './judge.ts';

/** The SLO under which the source counts its searches. */
const p99LimitMs = 100;
const leastRecall = 0.95;
/** A failure that was seen once may have been chance. */
const leastBrokenWindows = 2;

function holds(recall: number | undefined): (run: RunRecord) => boolean {
  return (run) =>
    carried(run) &&
    run.searchResponseMs !== undefined &&
    run.searchResponseMs.p99 < p99LimitMs &&
    (run.recallAt10?.mean ?? recall ?? 0) >= leastRecall;
}

function rateInterval(variant: ResultVariant, ratePerSecond: number) {
  const runs = validRates(variant).find((each) => each.ratePerSecond === ratePerSecond)?.runs ?? [];
  const rates = runs.flatMap((run) => searchesPerSecond(run) ?? []);
  return rates.length === 0 ? undefined : hodgesLehmann(rates);
}

/** The highest search rate of any variant with p99 < 100 ms and recall@10 ≥ 0.95. */
export const productionQpsMedium: Judge = (claim, { variants }) => {
  const wanted = boundOf(claim);
  const found = variants.flatMap((variant) => {
    const bracket = bracketOf(variant, holds(variant.metrics['recall-at-10']?.value));
    return bracket === undefined ? [] : [{ variant, bracket }];
  });
  const best = found.toSorted((a, b) => b.bracket.low - a.bracket.low)[0];
  if (best === undefined) {
    return undecided('no rate was measured in a valid window');
  }
  const rate = rateInterval(best.variant, best.bracket.low);
  const measured =
    rate === undefined
      ? undefined
      : { value: rate.estimate, unit: 'searches/s', ...(rate.interval === undefined ? {} : { interval: rate.interval }) };
  const list = found
    .map(
      ({ variant, bracket: { low, high } }) =>
        `${variant.id} ${low === 0 ? 'at no rate asked for' : `up to ${short(low)}/s`}${Number.isFinite(high) ? `, no more at ${short(high)}/s` : ''}`,
    )
    .join('; ');
  const why = `Requests/s within p99 < ${p99LimitMs} ms and recall@10 ≥ ${leastRecall}: ${list}. The figure counts the searches among them, of the best variant.`;
  if (measured !== undefined && rate?.interval !== undefined && rate.interval.low > wanted) {
    return { verdict: 'confirmed', measured, why };
  }
  if (rate !== undefined && rate.estimate > wanted) {
    return undecided(`${why} Above ${wanted}/s, but a single window gives no interval.`, measured);
  }
  if (
    found.length === variants.length &&
    found.every(({ bracket }) => bracket.high <= wanted && bracket.brokenWindows >= leastBrokenWindows)
  ) {
    return { verdict: 'refuted', ...(measured === undefined ? {} : { measured }), why };
  }
  return undecided(
    `${why} To refute ${wanted}/s, every variant has to break these limits in ${leastBrokenWindows} valid windows at or below that rate; higher rates were not asked for, or the generator was the limit there.`,
    measured,
  );
};
