import type { CacheReplay, CacheReplayFinding, WorkloadLenses } from '../../harness/contract/cache-replay.ts';
import { count, duration, joined, percent, range, significant, span, thousandths } from '../numbers.ts';
import { missText, pointAt, pointsText, rankedPolicies, sizeText, titleOf } from './figures.ts';
import type { CacheReplayStrings } from './strings.ts';

export interface CacheReplayAnswer {
  readonly headline: string;
  readonly qualifiers: readonly string[];
}

/** Policies closer than this to the best are not told apart, even where figures are exact. */
const nearDifference = 0.005;

/** The first sentence and what it holds for. */
export function cacheReplayAnswer(result: CacheReplay, s: CacheReplayStrings): CacheReplayAnswer {
  const { comparedSize, bounds, trace } = result;
  const ranked = rankedPolicies(result);
  const [best] = ranked;
  const size = sizeText(result, comparedSize, s);
  const [bound] = bounds;
  const boundPoint = bound && pointAt(bound, comparedSize);
  const isProven = bound?.exact === true && result.sampling.rate === 1;
  const ending = boundPoint === undefined ? s.headline.noBound : (isProven ? s.headline.bound : s.headline.relaxed)(missText(boundPoint));
  const opening =
    best &&
    (ranked.length > 1
      ? s.headline.best(size, best.policy.title, missText(best.point))
      : s.headline.alone(best.policy.title, size, missText(best.point)));
  const drawn = trace.drawnKeys;
  return {
    headline: `${opening ?? ''}${ending}`,
    qualifiers: [
      ...(drawn === undefined ? [] : [s.qualifiers.drawn(count(drawn.keys), String(drawn.exponent), percent(drawn.neverRepeatedShare))]),
      ...nearOnes(result, s),
      ...againstLru(result, s),
      ...nextSize(result, s),
      s.qualifiers.trace(
        count(trace.requests),
        count(trace.keys),
        trace.spanSeconds === undefined ? undefined : traceSpan(trace.spanSeconds),
      ),
      ...(result.sizesLeftOut.length === 0 ? [] : [s.qualifiers.leftOut(result.sizesLeftOut.map((each) => sizeText(result, each, s)))]),
      s.qualifiers.simulated,
    ],
  };
}

function nearOnes(result: CacheReplay, s: CacheReplayStrings): string[] {
  const [best, ...others] = rankedPolicies(result);
  const near = others.filter(({ point: { aboveBest } }) =>
    aboveBest === undefined ? false : aboveBest.difference <= nearDifference || (aboveBest.interval?.low ?? 1) <= 0,
  );
  const widest = near.at(-1);
  if (best === undefined || widest === undefined) {
    return [];
  }
  const titles = near.map(({ policy }) => policy.title);
  const many = near.length > 1;
  const difference = widest.point.missRatio - best.point.missRatio;
  return [difference === 0 ? s.qualifiers.equal(titles, many) : s.qualifiers.near(titles, pointsText(difference), many)];
}

function againstLru(result: CacheReplay, s: CacheReplayStrings): string[] {
  const ranked = rankedPolicies(result);
  const [best] = ranked;
  const lru = ranked.find(({ policy }) => policy.id === 'lru');
  if (best === undefined || lru === undefined || lru.policy === best.policy || lru.point.missRatio <= best.point.missRatio) {
    return [];
  }
  const equal = result.lruCurve?.find(({ size, missRatio }) => size > result.comparedSize && missRatio <= best.point.missRatio);
  return [
    s.qualifiers.lru(
      best.policy.title,
      missText(lru.point),
      pointsText(lru.point.missRatio - best.point.missRatio),
      equal && sizeText(result, equal.size, s),
    ),
  ];
}

function nextSize(result: CacheReplay, s: CacheReplayStrings): string[] {
  const [best] = rankedPolicies(result);
  const next = best?.policy.points.find(({ size }) => size > result.comparedSize);
  return best === undefined || next === undefined || next.missRatio >= best.point.missRatio
    ? []
    : [
        s.qualifiers.next(
          best.policy.title,
          sizeText(result, result.comparedSize, s),
          sizeText(result, next.size, s),
          pointsText(best.point.missRatio - next.missRatio),
        ),
      ];
}

const evidenceIsShare: Record<CacheReplayFinding['rule'], boolean> = {
  probation: true,
  frequency: false,
  drift: true,
  recency: false,
  'first-requests': true,
  loop: true,
  'size-aware': false,
};

/** Was everything replayed, or what share of it? */
export function samplingText({ sampling, trace }: CacheReplay, s: CacheReplayStrings): string {
  return sampling.rate === 1
    ? s.facts.exact(count(trace.requests))
    : s.facts.sampled(percent(sampling.rate), count(sampling.requests), count(trace.requests));
}

/** What a lens let one expect and whether the replay bore it out, in one or two sentences. */
export function findingText(finding: CacheReplayFinding, result: CacheReplay, s: CacheReplayStrings): string {
  const { rule, agrees, evidence } = finding;
  const sentence = s.findings[rule][agrees ? 'borneOut' : 'notBorneOut'];
  return sentence({
    policy: titleOf(result, finding.policy),
    rival: titleOf(result, finding.rival ?? ''),
    points: pointsText(finding.difference),
    evidence: evidenceIsShare[rule] ? percent(evidence) : rule === 'recency' ? count(evidence) : significant(evidence),
    size: sizeText(result, result.comparedSize, s),
  });
}

/** What the popularity lens says, sentence by sentence. */
export function popularityText({ popularity, once }: WorkloadLenses, s: CacheReplayStrings): string[] {
  if (popularity === undefined) {
    return [s.popularity.none, s.popularity.onceAlone(percent(once.keyShare), percent(once.requestShare))];
  }
  const { exponent, interval, population, kolmogorovSmirnov, pValue, bootstraps, expectedOnceShare } = popularity;
  const least = 1 / (bootstraps + 1);
  return [
    s.popularity.fit(thousandths(exponent), range(thousandths(interval.low), thousandths(interval.high)), count(population)),
    pValue >= 0.05
      ? s.popularity.good(thousandths(kolmogorovSmirnov), significant(pValue))
      : s.popularity.bad(thousandths(kolmogorovSmirnov), pValue <= least ? `≤ ${significant(least)}` : `= ${significant(pValue)}`),
    s.popularity.once(percent(once.keyShare), percent(expectedOnceShare)),
  ];
}

/** What the reuse lens says. */
export function reuseText({ reuse }: WorkloadLenses, s: CacheReplayStrings): string[] {
  return [
    s.reuse.firstText(percent(reuse.firstShare)),
    reuse.medianDistance === undefined ? s.reuse.noRepeat : s.reuse.median(count(reuse.medianDistance)),
    ...(reuse.repeatsWithin === undefined
      ? []
      : [
          s.reuse.within(
            reuse.repeatsWithin
              .filter(({ seconds }, place, all) => place === 0 || (all[place - 1]?.share ?? 0) < 1 || seconds === 0)
              .map(({ seconds, share }) => s.reuse.withinPart(percent(share), spanText(seconds))),
          ),
        ]),
  ];
}

const daySeconds = 86_400;

/** From two days on nobody asks for the seconds. */
function traceSpan(seconds: number): string {
  return seconds >= 2 * daySeconds ? `${significant(seconds / daySeconds)} days` : span(seconds * 1000);
}

/** Whole minutes, hours or days, which is what the horizons and most lifetimes are. */
export function spanText(seconds: number): string {
  for (const [unit, length] of [
    ['d', daySeconds],
    ['h', 3600],
    ['min', 60],
  ] as const) {
    if (seconds >= length && seconds % length === 0) {
      return `${count(seconds / length)} ${unit}`;
    }
  }
  return joined(duration(seconds * 1000));
}
