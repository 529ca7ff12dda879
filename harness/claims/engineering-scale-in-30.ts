import { changesOf, turnsOf } from '../contract/turns.ts';
import { type Judge, short, undecided } from './judge.ts';
import { measuredOf, missing, type OverLoad, overLoads, type Simulated, simulatedRun } from './scaling-runs.ts';

/** A steady load between the thresholds, a day, and a service that waits with a queue in front and CPU to spare. */
const ids = ['steady-ratio', 'diurnal-ratio', 'slots-ratio'];

/** How often demand itself turns, per hour. */
const turnsOfDemand = ({ run: { demand }, variant: { seconds } }: Simulated) => (turnsOf(changesOf(demand)) * 3600) / seconds;

const shrank = ({ run: { decisions } }: Simulated) => decisions.some(({ reason }) => reason === 'CpuLow');

function judged(run: Simulated): OverLoad {
  const own = turnsOfDemand(run);
  const { mean, interval } = run.estimates.directionChangesPerHour ?? {};
  const text = `${run.id} turned ${mean === undefined ? 'an unknown number of' : short(mean)} times an hour in the simulation, demand ${short(own)}`;
  if (interval !== undefined && interval.low > own) {
    return { run, verdict: 'refuted', text: `${text}: it flaps` };
  }
  return { run, verdict: interval !== undefined && interval.high <= own ? 'confirmed' : 'undecided', text };
}

/** Whether the rule turns more often than its load does. */
export const engineeringScaleIn30: Judge = (_claim, findings) => {
  const runs = ids.flatMap((id) => simulatedRun(findings, id) ?? []);
  if (runs.length === 0) {
    return missing(findings, ...ids);
  }
  const judgement = overLoads(runs.map(judged), ids.length, (run) =>
    measuredOf(run, 'directionChangesPerHour', 'direction changes per hour'),
  );
  return runs.some(shrank) ? judgement : undecided(`${judgement.why}; CPU never fell below 30 %`, judgement.measured);
};
