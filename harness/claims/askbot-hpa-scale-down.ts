import { type Judge, short, undecided } from './judge.ts';
import { against, costText, measuredOf, missing, paidOf, simulatedRun, violationOf } from './scaling-runs.ts';

const slowId = 'day-askbot-hpa';
const fastId = 'day-fast-in';
const mostExtra = 1.1;

/** A day with peaks, against the same autoscaler that lets go four pods a minute. */
export const askbotHpaScaleDown: Judge = (_claim, findings) => {
  const slow = simulatedRun(findings, slowId);
  const fast = simulatedRun(findings, fastId);
  if (slow === undefined || fast === undefined) {
    return missing(findings, slowId, fastId);
  }
  const measured = measuredOf(slow, 'sloViolationSeconds', 's');
  const paid = { slow: paidOf(slow), fast: paidOf(fast) };
  const extra = (paid.slow?.mean ?? Number.NaN) / (paid.fast?.mean ?? Number.NaN);
  const why = `over a simulated day ${costText(slow)}, ${costText(fast)}: ${short(extra)} × the replica-hours`;
  const missed = against(violationOf(slow), violationOf(fast));
  const figure = measured === undefined ? {} : { measured };
  if (missed === 'lower' && extra <= mostExtra) {
    return { verdict: 'confirmed', ...figure, why };
  }
  if ((missed === 'equal' || missed === 'higher') && against(paid.slow, paid.fast) === 'higher') {
    return { verdict: 'refuted', ...figure, why: `${why}, and no violation avoided` };
  }
  return undecided(missed === 'unknown' ? `${why}; the intervals of the violations overlap` : why, measured);
};
