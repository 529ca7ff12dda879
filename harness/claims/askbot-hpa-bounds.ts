import { type Judge, short, undecided } from './judge.ts';
import { missedText, missing, peakDemand, simulatedRun, violationOf } from './scaling-runs.ts';

const goalId = 'goal-static-at-peak';
const lostId = 'measured-base-one-of-three-lost';
const loads = ['spike', 'step', 'diurnal', 'trace'].map((load) => `measured-${load}-askbot-hpa`);

/** Demand at the chapter's own goal and over four loads, and what the floor of three is worth when one of them is lost. */
export const askbotHpaBounds: Judge = ({ value }, findings) => {
  const [, most] = Array.isArray(value) ? value : [0, 20];
  const goal = simulatedRun(findings, goalId);
  if (goal === undefined) {
    return missing(findings, goalId);
  }
  const demand = peakDemand(goal);
  const measured = { value: demand, unit: 'replicas' };
  const goalText = `1000/s need ${demand} simulated replicas of ${short(goal.capacityPerReplica.ratePerSecond)}/s each`;
  if (goal.variant.system.source.kind !== 'measured') {
    return undecided(`${goalText}, and the service times were not measured`, measured);
  }
  if (demand > most) {
    return { verdict: 'refuted', measured, why: `${goalText}, more than ${most}` };
  }
  const lost = simulatedRun(findings, lostId);
  const runs = loads.flatMap((id) => simulatedRun(findings, id) ?? []);
  if (lost === undefined || runs.length < loads.length) {
    return { ...missing(findings, lostId, ...loads), measured };
  }
  const highest = Math.max(...runs.map(peakDemand));
  const loss = violationOf(lost);
  const text = `${goalText}; step, spike, diurnal and trace loads need ${highest} at most; with one of three lost the goal was missed ${missedText(lost)}`;
  if (highest <= most && loss?.high === 0) {
    return { verdict: 'confirmed', measured, why: text };
  }
  return undecided(
    highest > most ? `${text}: those loads were chosen here, and they outgrow the bounds` : `${text}: the floor is not seen to survive it`,
    measured,
  );
};
