import { askBotRuns, type Finding, keptByAll, metricOf } from './askbot-runs.ts';
import { boundOf, type Judge, short, undecided } from './judge.ts';

const leastRequests = 300;

/** Requests past their deadline: at the nominal rate, and where one instance is driven to its knee. */
export const productionTimeoutRatio: Judge = (claim, findings) => {
  const bound = boundOf(claim) / 100;
  const judged = askBotRuns(findings).map((run): Finding => {
    const timeouts = metricOf(run, 'timeout-ratio');
    if (timeouts?.interval === undefined || timeouts.sampleCount < leastRequests) {
      return { run, verdict: 'undecided', text: `has ${timeouts?.sampleCount ?? 0} requests, ${leastRequests} are needed` };
    }
    const { value, interval } = timeouts;
    const verdict = interval.high < bound ? 'confirmed' : interval.low >= bound ? 'refuted' : 'undecided';
    return { run, verdict, text: `${short(value * 100)} %`, measured: { value: value * 100, unit: '%' } };
  });
  const nominal = keptByAll('the load test', judged);
  const knee = (findings.overloads ?? []).find(({ planted, first }) => planted === undefined && first.kind !== 'none');
  if (nominal.verdict !== 'confirmed') {
    return nominal;
  }
  if (knee === undefined) {
    return undecided(`${nominal.why} at the nominal rate, but nothing was driven to its knee`, nominal.measured);
  }
  const before = knee.seconds.filter(({ second }) => second <= (knee.first.atSecond ?? 0));
  const arrivals = before.reduce((sum, second) => sum + second.arrivals, 0);
  const late = before.reduce((sum, { failed }) => sum + (failed.timeout ?? 0) + (failed['stalled-stream'] ?? 0), 0);
  const text = `${late} of ${arrivals} requests timed out on ${knee.variant} until it gave out`;
  if (arrivals < leastRequests) {
    return undecided(`${nominal.why} at the nominal rate, but only ${text}`, nominal.measured);
  }
  return late / arrivals < bound
    ? { ...nominal, why: `${nominal.why} at the nominal rate; ${text}` }
    : { verdict: 'refuted', measured: { value: (100 * late) / arrivals, unit: '%' }, why: text };
};
