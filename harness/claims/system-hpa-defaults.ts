import type { Judge } from './judge.ts';
import { against, comparedLoads, costText, measuredOf, missing, overLoads, paidOf, simulatedRun, violationOf } from './scaling-runs.ts';

const noMore = (axis: ReturnType<typeof against>) => axis === 'lower' || axis === 'equal';

/** Chapter B's autoscaler beside chapter A's. */
export const systemHpaDefaults: Judge = (_claim, findings) => {
  const found = comparedLoads.flatMap((load) => {
    const own = simulatedRun(findings, `${load}-default-hpa`);
    const other = simulatedRun(findings, `${load}-askbot-hpa`);
    if (own === undefined || other === undefined) {
      return [];
    }
    const missed = against(violationOf(own), violationOf(other));
    const paid = against(paidOf(own), paidOf(other));
    const verdict =
      noMore(missed) && noMore(paid)
        ? ('confirmed' as const)
        : missed === 'higher' && paid === 'higher'
          ? ('refuted' as const)
          : ('undecided' as const);
    return [{ run: own, verdict, text: `simulated, ${costText(own)}, ${costText(other)}` }];
  });
  return found.length === 0
    ? missing(findings, 'spike-default-hpa', 'spike-askbot-hpa')
    : overLoads(found, comparedLoads.length, (run) => measuredOf(run, 'meanReplicas', 'replicas on average'));
};
