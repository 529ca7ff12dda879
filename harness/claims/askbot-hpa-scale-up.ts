import type { Judge } from './judge.ts';
import { keptAtEnd, measuredOf, missing, type OverLoad, overLoads, peakDemand, simulatedRun } from './scaling-runs.ts';

/** With the CPU that the chapter lets one work out, and with what was measured. */
const loads = ['step', 'spike', 'measured-step', 'measured-spike'] as const;
const secondsPerDay = 86_400;

/** Requests of a day at the rate at which the load begins. */
function requestsPerDay(profile: NonNullable<ReturnType<typeof simulatedRun>>['variant']['load']['profile']): number {
  switch (profile.shape) {
    case 'spike':
      return profile.basePerSecond * secondsPerDay;
    case 'step':
      return (profile.steps[0]?.ratePerSecond ?? 0) * secondsPerDay;
    default:
      throw new TypeError(`a day of a load "${profile.shape}" has no base`);
  }
}

/** A step of five and a spike against the errors that a day may have. */
export const askbotHpaScaleUp: Judge = (_claim, findings) => {
  const found = loads.flatMap((load): OverLoad[] => {
    const run = simulatedRun(findings, `${load}-askbot-hpa`);
    if (run === undefined) {
      return [];
    }
    const { initialReplicas, goal, load: asked } = run.variant;
    const { timedOut, refused, refusedByProvider, lost } = run.run.counts;
    const failed = timedOut + refused + refusedByProvider + lost;
    const budget = Math.floor(requestsPerDay(asked.profile) * goal.errorShare);
    const demand = peakDemand(run);
    const returned = keptAtEnd(run);
    const text = `${run.id}: ${failed} simulated requests failed of ${budget} that a day may lose, and at the end P95 was ${returned ? 'back within' : 'still above'} ${goal.responseMs / 1000} s`;
    if (demand <= initialReplicas) {
      return [{ run, verdict: 'undecided', text: `${run.id}: ${demand} replicas were needed, and there were ${initialReplicas}` }];
    }
    return [{ run, verdict: returned && failed <= budget ? 'confirmed' : 'refuted', text }];
  });
  return found.length === 0
    ? missing(findings, 'spike-askbot-hpa', 'step-askbot-hpa')
    : overLoads(found, loads.length, (run) => measuredOf(run, 'timeToRecoverSeconds', 's until there were enough replicas'));
};
