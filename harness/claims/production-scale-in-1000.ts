import { boundOf, type Judge, undecided } from './judge.ts';
import { against, hoursText, measuredOf, missing, paidOf, simulatedRun } from './scaling-runs.ts';

const nightId = 'night-qps';
const staticId = 'night-static-at-peak';
const lostId = 'dark-only-one-lost';

/** Whether one replica was all there was for a while, and what its loss does at that time of the day. */
export const productionScaleIn1000: Judge = (claim, findings) => {
  const night = simulatedRun(findings, nightId);
  const always = simulatedRun(findings, staticId);
  const lost = simulatedRun(findings, lostId);
  if (night === undefined || always === undefined || lost === undefined) {
    return missing(findings, nightId, staticId, lostId);
  }
  const least = Math.min(...night.run.ready.map(({ replicas }) => replicas));
  const measured = measuredOf(lost, 'sloViolationSeconds', 's');
  if (least > 1) {
    return undecided(`at least ${least} replicas stayed in the simulation: no night was quiet enough`, measured);
  }
  const { ready } = lost.run;
  const gone = ready.reduce(
    (sum, { atSeconds, replicas }, index) =>
      replicas > 0 ? sum : sum + ((ready[index + 1]?.atSeconds ?? lost.variant.seconds) - atSeconds),
    0,
  );
  const figure = measured === undefined ? {} : { measured };
  const why = `with the threshold scaled from ${boundOf(claim)}/s to the capacity of a simulated replica, one replica remained at night (${hoursText(night)} against ${hoursText(always)})`;
  if (gone > 0) {
    return {
      verdict: 'refuted',
      ...figure,
      why: `${why}, and when that one was lost nobody was served for ${gone} s, until another one was ready`,
    };
  }
  return against(paidOf(night), paidOf(always)) === 'lower' && lost.estimates.sloViolationSeconds?.interval?.high === 0
    ? { verdict: 'confirmed', ...figure, why: `${why}, and its loss was not noticed` }
    : undecided(why, measured);
};
