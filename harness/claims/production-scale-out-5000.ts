import { boundOf, type Judge, short, undecided } from './judge.ts';
import { firstGrowth, measuredOf, missedFrom, missedText, missing, simulatedRun } from './scaling-runs.ts';

const id = 'low-qps';
/** A violation that is shorter is a window by chance. */
const mostMissedShare = 0.02;

/** A ramp through the threshold, scaled to what a replica carries. */
export const productionScaleOut5000: Judge = (claim, findings) => {
  const found = simulatedRun(findings, id);
  if (found === undefined) {
    return missing(findings, id);
  }
  const { controller, load } = found.variant;
  const threshold = controller.by === 'rule' ? controller.settings.upAbovePerSecond : undefined;
  const capacity = found.capacityPerReplica.ratePerSecond;
  const measured = measuredOf(found, 'sloViolationSeconds', 's');
  const scaled = `with the threshold at ${threshold === undefined ? 'no' : JSON.stringify(threshold)}/s instead of ${boundOf(claim)}/s, because a simulated replica carries ${short(capacity)}/s${load.profile.shape === 'ramp' ? `, on a ramp to ${load.profile.toPerSecond}/s` : ''}`;
  const grewAt = firstGrowth(found);
  if (grewAt === undefined) {
    return undecided(`${scaled}, the rule never acted`, measured);
  }
  const missedAt = missedFrom(found);
  const figure = measured === undefined ? {} : { measured };
  if (missedAt !== undefined && missedAt < grewAt) {
    return {
      verdict: 'refuted',
      ...figure,
      why: `${scaled}, the goal was missed from ${Math.round(missedAt)} s and the rule acted at ${Math.round(grewAt)} s`,
    };
  }
  const high = found.estimates.sloViolationSeconds?.interval?.high;
  const why = `${scaled}, the rule acted at ${Math.round(grewAt)} s, and the goal was missed ${missedText(found)} of ${found.variant.seconds} s`;
  if (found.unstable > 0) {
    return { verdict: 'refuted', ...figure, why: `${why}: three replicas do not carry what follows` };
  }
  return high !== undefined && high <= mostMissedShare * found.variant.seconds
    ? { verdict: 'confirmed', ...figure, why }
    : undecided(why, measured);
};
