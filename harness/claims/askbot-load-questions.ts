import { wilsonInterval } from '../gates/wilson.ts';
import { boundOf, type Judge, notRun, short, undecided } from './judge.ts';
import { type Replayed, replayedWithCache, sparedIn } from './replayed-repeats.ts';

/** Hit ratios that are nearer than this agree, as shares. */
const tolerance = 0.05;
/** The two may be offered rates that differ by so much. */
const rateTolerance = 0.05;

const rateOf = ({ runs }: Replayed) => {
  const judged = runs.filter(({ phase }) => phase === 'judged').map(({ offeredPerSecond }) => offeredPerSecond);
  return judged.reduce((sum, rate) => sum + rate, 0) / judged.length;
};
const meanMs = ({ metrics }: Replayed) => metrics['ask-response-mean']?.value;

/** A handful of fixed questions and the questions of real users, at the same moments into the same system. */
export const askbotLoadQuestions: Judge = (claim, findings) => {
  const distinct = boundOf(claim);
  const few = replayedWithCache(findings, 'drawn').find(({ workload = findings.workload }) => workload.queries.distinct === distinct);
  const real = replayedWithCache(findings, 'recorded').find(({ traceReplay: { file } }) => file === few?.traceReplay.file);
  if (few === undefined || real === undefined) {
    return undecided(notRun(findings, `a load of ${distinct} questions beside a recorded one`, (id) => id.includes('question')));
  }
  const { resourceRule: rule } = few;
  if (!(Math.abs(rateOf(few) / rateOf(real) - 1) <= rateTolerance)) {
    return { ...undecided(`${few.id} was offered ${short(rateOf(few))}/s and ${real.id} ${short(rateOf(real))}/s`), rule };
  }
  const [fixed, recorded] = [sparedIn(few.traceReplay.bins), sparedIn(real.traceReplay.bins)];
  if (fixed.answers === 0 || recorded.answers === 0) {
    return { ...undecided('one of the two loads had no answer'), rule };
  }
  const [a, b] = [wilsonInterval(fixed.spared, fixed.answers), wilsonInterval(recorded.spared, recorded.answers)];
  const difference = fixed.spared / fixed.answers - recorded.spared / recorded.answers;
  // The intervals of both shares laid end to end hold the difference at least as often as either.
  const interval = { low: (a.low - b.high) * 100, high: (a.high - b.low) * 100, confidence: 0.95 };
  const measured = { value: difference * 100, unit: 'points of the hit ratio', interval };
  const times = [meanMs(few), meanMs(real)].map((ms) => (ms === undefined ? 'not measured' : `${short(ms)} ms`));
  const why = `${short((100 * fixed.spared) / fixed.answers)} % of the answers to ${distinct} fixed questions were not made afresh and ${short((100 * recorded.spared) / recorded.answers)} % of those to the recorded ones, where ${short(100 * (real.traceReplay.offered.repeatedQueryShare ?? 0))} % of the questions are repeats; the mean answer took ${times[0]} and ${times[1]}.`;
  if (interval.low > tolerance * 100 || interval.high < -tolerance * 100) {
    return { verdict: 'refuted', measured, why, rule };
  }
  return interval.low >= -tolerance * 100 && interval.high <= tolerance * 100
    ? { verdict: 'confirmed', measured, why, rule }
    : { ...undecided(why, measured), rule };
};
