import type { Judge } from './judge.ts';
import {
  against,
  measuredOf,
  missedText,
  missing,
  overLoads,
  type Simulated,
  simulatedRun,
  simulatedRuns,
  violationOf,
} from './scaling-runs.ts';

/** The rules that go by utilisation, by the rate or by what waits. */
const rivals = /-(askbot-hpa|default-hpa|hpa-cpu-50|hpa-cpu-90|ratio|keda|knative|target-tracking|capacity-80)$/;
const mostMore = 1.1;
const loadsOfRule = ['spike', 'step', 'diurnal'];

const secondsOf = (run: Simulated) => violationOf(run)?.mean ?? Number.POSITIVE_INFINITY;

/** Violations of a rule that waits for them, against the best of those that do not. */
export const productionTriggerP95: Judge = (_claim, findings) => {
  const found = loadsOfRule.flatMap((load) => {
    const run = simulatedRun(findings, `${load}-p95-5-minutes`);
    const [best] = simulatedRuns(findings, rivals)
      .filter(({ id }) => id.startsWith(`${load}-`))
      .toSorted((a, b) => secondsOf(a) - secondsOf(b));
    if (run === undefined || best === undefined) {
      return [];
    }
    const [own, other] = [violationOf(run), violationOf(best)];
    const isLater = against(own, other) === 'higher' && secondsOf(run) > mostMore * secondsOf(best);
    const isWithin = own !== undefined && other !== undefined && own.high <= mostMore * other.low;
    return [
      {
        run,
        verdict: isLater
          ? ('refuted' as const)
          : isWithin || against(own, other) === 'equal'
            ? ('confirmed' as const)
            : ('undecided' as const),
        text: `${run.id} missed the simulated goal ${missedText(run)}, the best rule (${best.id}) ${missedText(best)}`,
      },
    ];
  });
  return found.length === 0
    ? missing(findings, 'spike-p95-5-minutes')
    : overLoads(found, loadsOfRule.length, (run) => measuredOf(run, 'sloViolationSeconds', 's'));
};
