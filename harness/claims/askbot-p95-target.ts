import { against, askBotRuns, type Finding, keptByAll, metricOf, time, wantedUsers } from './askbot-runs.ts';
import { boundOf, type Judge, undecided } from './judge.ts';

const leastTail = 30;

/** P95 of asks in closed loops and of open arrivals at the same rate: a promise that one of them breaks is broken. */
export const askbotP95Target: Judge = (claim, findings) => {
  const boundMs = boundOf(claim) * 1000;
  const runs = askBotRuns(findings).filter(({ isStreamed }) => !isStreamed);
  const usersOf = new Map(runs.map(({ variant, workload }) => [variant.id, workload.closedLoop?.users]));
  const judged = runs.map((run): Finding => {
    const p95 = metricOf(run, 'ask-response-p95');
    if (p95?.interval === undefined || p95.sampleCount * 0.05 < leastTail) {
      return { run, verdict: 'undecided', text: `has ${p95?.sampleCount ?? 0} asks, ${leastTail} beyond the p95 are needed` };
    }
    const verdict = against(p95.interval, { value: boundMs, side: 'le' });
    const users = usersOf.get(run.variant.rateOf?.users ?? run.variant.id) ?? 0;
    const isSmaller = verdict === 'confirmed' && users < wantedUsers;
    return {
      run,
      verdict: isSmaller ? 'undecided' : verdict,
      text: `${time(p95.value)}${isSmaller ? ` with the load of ${users} users` : ''}`,
      measured: { value: p95.value, unit: 'ms', interval: p95.interval },
    };
  });
  const isOpen = ({ run }: Finding) => run.workload.closedLoop === undefined;
  const judgement = keptByAll('the load test', judged);
  return judgement.verdict === 'confirmed' && !(judged.some(isOpen) && judged.some((each) => !isOpen(each)))
    ? undecided(`${judgement.why}; closed and open are both needed`, judgement.measured)
    : judgement;
};
