import { type Judge, short } from './judge.ts';
import { firstGrowth, measuredOf, missedFrom, missing, overLoads, type Simulated, simulatedRun } from './scaling-runs.ts';

const steadyId = 'ramp-capacity-80';
const changedId = 'ramp-capacity-80-heavier-mix';

function judged(run: Simulated) {
  const grewAt = firstGrowth(run);
  const missedAt = missedFrom(run);
  const isFirst = grewAt !== undefined && (missedAt === undefined || grewAt <= missedAt);
  const holds = missedAt === undefined && run.unstable === 0;
  const text = `${run.id}, whose simulated replicas carry ${short(run.capacityPerReplica.ratePerSecond)}/s: ${grewAt === undefined ? 'the rule never acted' : `the rule acted at ${Math.round(grewAt)} s`}, the goal was ${missedAt === undefined ? 'never missed' : `missed from ${Math.round(missedAt)} s`}`;
  return {
    run,
    verdict: isFirst && holds ? ('confirmed' as const) : grewAt === undefined && holds ? ('undecided' as const) : ('refuted' as const),
    text,
  };
}

/** The capacity that was measured, and the same number when asks have become heavier. */
export const productionTriggerThroughput: Judge = (_claim, findings) => {
  const runs = [steadyId, changedId].flatMap((id) => simulatedRun(findings, id) ?? []);
  return runs.length < 2
    ? missing(findings, steadyId, changedId)
    : overLoads(runs.map(judged), 2, (run) => measuredOf(run, 'sloViolationSeconds', 's'));
};
