import { type Judge, short } from './judge.ts';
import {
  against,
  measuredOf,
  missedText,
  missing,
  overLoads,
  peakDemand,
  peakReady,
  type Simulated,
  simulatedRun,
  violationOf,
} from './scaling-runs.ts';

const from = [1, 2, 3, 10];
/** One step of the rule more than demand is no overshoot. */
const mostOvershoot = 1.5;

const idOf = (load: string, nodes: number) => (nodes === 3 ? `${load}-ratio` : `${load}-ratio-from-${nodes}`);

function flawOf(run: Simulated): string | undefined {
  const demand = peakDemand(run);
  const most = peakReady(run);
  if (most <= run.variant.initialReplicas && most < demand) {
    return `it sticks at ${short(most)} where ${demand} are needed`;
  }
  const allowed = Math.max(demand, run.variant.initialReplicas) * mostOvershoot;
  return most > allowed ? `it grows to ${short(most)} where ${demand} are needed` : undefined;
}

/** Chapter C's factor from one, two, three and ten nodes, over a step and a spike. */
export const engineeringScaleCpu80: Judge = (_claim, findings) => {
  const found = ['step', 'spike'].flatMap((load) => {
    const askBot = simulatedRun(findings, `${load}-askbot-hpa`);
    return from.flatMap((nodes) => {
      const run = simulatedRun(findings, idOf(load, nodes));
      if (run === undefined || askBot === undefined) {
        return [];
      }
      const flaw = flawOf(run);
      const missed = against(violationOf(run), violationOf(askBot));
      const text = `${run.id} missed the simulated goal ${missedText(run)}, chapter A’s rule ${missedText(askBot)}`;
      return [
        {
          run,
          verdict:
            flaw !== undefined
              ? ('refuted' as const)
              : missed === 'lower' || missed === 'equal'
                ? ('confirmed' as const)
                : ('undecided' as const),
          text: flaw === undefined ? text : `${text}, and ${flaw}`,
        },
      ];
    });
  });
  if (found.length === 0) {
    return missing(findings, 'spike-ratio', 'spike-askbot-hpa');
  }
  return overLoads(found, 2 * from.length, (run) => measuredOf(run, 'sloViolationSeconds', 's'));
};
