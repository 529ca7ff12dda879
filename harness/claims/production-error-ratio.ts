import { agreed, askBotRuns, type Finding, keptByAll, metricOf } from './askbot-runs.ts';
import { boundOf, type Judge, short } from './judge.ts';

const leastRequests = 3000;

/** Every issued request once, at the nominal rate: of every closed loop and its open twin. */
export const productionErrorRatio: Judge = (claim, findings) => {
  const bound = boundOf(claim) / 100;
  const judged = askBotRuns(findings).map((run): Finding => {
    const errors = metricOf(run, 'error-ratio');
    if (errors?.interval === undefined || errors.sampleCount < leastRequests) {
      return { run, verdict: 'undecided', text: `has ${errors?.sampleCount ?? 0} requests, ${leastRequests} are needed` };
    }
    const { value, interval } = errors;
    const verdict = interval.high < bound ? 'confirmed' : interval.low >= bound ? 'refuted' : 'undecided';
    return {
      run,
      verdict,
      text: `${short(value * 100)} % (at most ${short(interval.high * 100)} %)`,
      measured: { value: value * 100, unit: '%', interval: { ...interval, low: interval.low * 100, high: interval.high * 100 } },
    };
  });
  return judged.some(({ verdict }) => verdict === 'refuted') ? keptByAll('the load test', judged) : agreed('the load test', judged);
};
