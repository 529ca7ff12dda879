import { type Judge, short } from './judge.ts';
import { measuredOf, missing, overLoads, type Simulated, simulatedRun } from './scaling-runs.ts';

const ids = ['steady-ratio', 'diurnal-ratio'];

/** How often demand itself turns, per hour. */
function turnsOfDemand({ run: { demand }, variant: { seconds } }: Simulated): number {
  const directions = demand.slice(1).map(({ replicas }, index) => Math.sign(replicas - (demand[index]?.replicas ?? 0)));
  return (directions.filter((direction, index) => index > 0 && direction !== directions[index - 1]).length * 3600) / seconds;
}

/** Whether the rule turns more often than its load does. */
export const engineeringScaleIn30: Judge = (_claim, findings) => {
  const found = ids.flatMap((id) => {
    const run = simulatedRun(findings, id);
    if (run === undefined) {
      return [];
    }
    const shrank = run.run.decisions.some(({ reason }) => reason === 'CpuLow');
    const own = turnsOfDemand(run);
    const { mean, interval } = run.estimates.directionChangesPerHour ?? {};
    const text = `${id} turned ${mean === undefined ? 'an unknown number of' : short(mean)} times an hour in the simulation, demand ${short(own)}`;
    if (!shrank) {
      return [{ run, verdict: 'undecided' as const, text: `${text}; CPU never fell below 30 %` }];
    }
    const flaps = interval !== undefined && interval.low > own;
    const within = interval !== undefined && interval.high <= own;
    return [
      {
        run,
        verdict: flaps ? ('refuted' as const) : within ? ('confirmed' as const) : ('undecided' as const),
        text: flaps ? `${text}: it flaps` : text,
      },
    ];
  });
  return found.length === 0
    ? missing(findings, ...ids)
    : overLoads(found, ids.length, (run) => measuredOf(run, 'directionChangesPerHour', 'direction changes per hour'));
};
