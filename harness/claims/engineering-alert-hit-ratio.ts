import { wilsonInterval } from '../gates/wilson.ts';
import { boundOf, type Judge, notRun, short, undecided } from './judge.ts';
import { replayedWithCache, sparedIn } from './replayed-repeats.ts';

const secondsPerDay = 86_400;
/** So much of a week stands for it. */
const fewestDays = 6;
/** The cache begins empty; after a day it has most of what will be asked again. */
const fillingHours = 24;
/** An hour with fewer answers has no ratio to speak of. */
const fewestAnswers = 30;
/** By so much the answers that were spared may differ from the repeats of the recording, as shares. */
const repeatTolerance = 0.02;

/** Would an alert on the hit ratio be silent in the hours of an ordinary week? */
export const engineeringAlertHitRatio: Judge = (claim, findings) => {
  const limit = boundOf(claim) / 100;
  const [replayed] = replayedWithCache(findings, 'recorded').filter(
    ({ traceReplay: { recorded } }) => recorded.repeatedQueryShare !== undefined,
  );
  if (replayed === undefined) {
    return undecided(notRun(findings, 'a recording that tells which questions came again', (id) => id.includes('cache')));
  }
  const { id, traceReplay, resourceRule: rule } = replayed;
  const { offered, bins, binSeconds } = traceReplay;
  const days = offered.spanSeconds / secondsPerDay;
  const all = sparedIn(bins);
  const spared = all.spared / all.answers;
  const measured = { value: spared * 100, unit: 'percent of all answers' };
  const seen = `${id}: ${short(spared * 100)} % of ${all.answers} answers were not made afresh, where ${short((offered.repeatedQueryShare ?? 0) * 100)} % of the questions were repeats.`;
  if (all.answers === 0 || Math.abs(spared - (offered.repeatedQueryShare ?? 0)) > repeatTolerance) {
    return { ...undecided(`${seen} The replay changed the repeats of its recording.`), rule };
  }
  if (days < fewestDays || binSeconds !== 3_600) {
    return { ...undecided(`${seen} ${short(days)} days were replayed, and the claim is about a week.`, measured), rule };
  }
  const first = bins[0]?.bin ?? 0;
  const hours = bins
    .filter(({ bin, answers }) => bin - first >= fillingHours && answers >= fewestAnswers)
    .map((bin) => wilsonInterval(bin.hits + bin.shared, bin.answers));
  const below = hours.filter(({ high }) => high < limit).length;
  const why = `${seen} Of ${hours.length} hours with ${fewestAnswers} answers or more, after a day for the cache to fill, ${below} are certainly below ${short(limit * 100)} %. Nothing was wrong in any of them.`;
  if (hours.length === 0) {
    return { ...undecided(why, measured), rule };
  }
  if (below > 0) {
    return { verdict: 'refuted', measured, why, rule };
  }
  return hours.every(({ low }) => low >= limit)
    ? { verdict: 'confirmed', measured, why, rule }
    : { ...undecided(`${why} The others are not certainly above it.`, measured), rule };
};
