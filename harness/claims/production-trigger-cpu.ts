import { type Judge, short } from './judge.ts';
import { firstGrowth, measuredOf, missedFrom, missing, overLoads, simulatedRun } from './scaling-runs.ts';

const loads = ['step', 'spike', 'diurnal'] as const;
const minutes = 120;
/** CPU that was never so busy says nothing of a rule that waits for it to be. */
const busy = 0.7;

/** Whether ten minutes above 70 % come before the goal is missed. */
export const productionTriggerCpu: Judge = (_claim, findings) => {
  const found = loads.flatMap((load) => {
    const run = simulatedRun(findings, `${load}-cpu-10-minutes`);
    if (run === undefined) {
      return [];
    }
    const { requests, cores } = run.variant.system.query;
    // Bins tell cores in use by cores there were; the rule goes by what is requested.
    const busiest = Math.max(0, ...run.run.bins.map(({ cpuUtilisation = 0 }) => (cpuUtilisation * cores * 1000) / requests.cpuMillicores));
    const grewAt = firstGrowth(run);
    const missedAt = missedFrom(run);
    const acted = grewAt === undefined ? 'it never acted' : `it acted at ${Math.round(grewAt)} s`;
    if (busiest <= busy) {
      return [
        {
          run,
          verdict: 'undecided' as const,
          text: `${run.id}: CPU reached ${short(busiest * 100)} % of what is requested in the simulation`,
        },
      ];
    }
    if (missedAt === undefined) {
      return [
        {
          run,
          verdict: grewAt === undefined ? ('undecided' as const) : ('confirmed' as const),
          text: `${run.id}: the simulated goal was never missed, ${acted}`,
        },
      ];
    }
    const text = `${run.id}: the simulated goal was missed from ${Math.round(missedAt)} s, ${acted}`;
    const isLate = grewAt === undefined || grewAt - missedAt >= minutes;
    return [{ run, verdict: isLate ? ('refuted' as const) : grewAt < missedAt ? ('confirmed' as const) : ('undecided' as const), text }];
  });
  return found.length === 0
    ? missing(findings, 'spike-cpu-10-minutes')
    : overLoads(found, loads.length, (run) => measuredOf(run, 'sloViolationSeconds', 's'));
};
