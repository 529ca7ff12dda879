import type { Judge } from './judge.ts';
import { against, costText, measuredOf, missing, overLoads, paidOf, type Simulated, simulatedRun, violationOf } from './scaling-runs.ts';

const loads = ['spike', 'step', 'diurnal'] as const;

/** Better on both axes, by intervals that do not overlap. */
function dominates(one: Simulated, other: Simulated): boolean {
  return against(violationOf(one), violationOf(other)) === 'lower' && against(paidOf(one), paidOf(other)) === 'lower';
}

/** Worse on one axis for certain, so that it cannot dominate. */
function isWorseSomewhere(one: Simulated, other: Simulated): boolean {
  return against(violationOf(one), violationOf(other)) === 'higher' || against(paidOf(one), paidOf(other)) === 'higher';
}

/** 50, 70 and 90 % between the time in which the goal is missed and what is paid for. */
export const askbotHpaCpu: Judge = (_claim, findings) => {
  const found = loads.flatMap((load) => {
    const seventy = simulatedRun(findings, `${load}-askbot-hpa`);
    const neighbours = [50, 90].flatMap((percent) => simulatedRun(findings, `${load}-hpa-cpu-${percent}`) ?? []);
    if (seventy === undefined || neighbours.length < 2) {
      return [];
    }
    const better = neighbours.find((neighbour) => dominates(neighbour, seventy));
    const isOnFrontier = neighbours.every((neighbour) => isWorseSomewhere(neighbour, seventy));
    return [
      {
        run: seventy,
        verdict: better !== undefined ? ('refuted' as const) : isOnFrontier ? ('confirmed' as const) : ('undecided' as const),
        text: `${[seventy, ...neighbours].map(costText).join(', ')}${better === undefined ? '' : `, so that ${better.id} is better on both`}`,
      },
    ];
  });
  if (found.length === 0) {
    return missing(findings, 'spike-askbot-hpa', 'spike-hpa-cpu-50', 'spike-hpa-cpu-90');
  }
  const judgement = overLoads(found, loads.length, (run) => measuredOf(run, 'sloViolationSeconds', 's'));
  // Half of the sweep the claim asks for is live, and none of it was.
  return { ...judgement, why: `${judgement.why}; the sweep was simulated only, no live one was made` };
};
