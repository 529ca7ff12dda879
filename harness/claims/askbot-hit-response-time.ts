import { agreed, closedRuns, type Finding, metricOf, time, withUsers } from './askbot-runs.ts';
import { boundOf, type Judge } from './judge.ts';

/** Hits that must lie beyond the p95. */
const leastTail = 30;

/** Response time of hits alone, of the one level that there is: Redis. */
export const askbotHitResponseTime: Judge = (claim, findings) => {
  const boundMs = boundOf(claim);
  return agreed(
    'the closed loop of the load test',
    closedRuns(findings).map((run): Finding => {
      const [p50, p95] = [metricOf(run, 'hit-response-p50'), metricOf(run, 'hit-response-p95')];
      if (p50?.interval === undefined || p95?.interval === undefined || p95.sampleCount * 0.05 < leastTail) {
        return { run, verdict: 'undecided', text: `has ${p50?.sampleCount ?? 0} hits, ${leastTail} beyond the p95 are needed` };
      }
      const text = `median ${time(p50.value)}, P95 ${time(p95.value)}`;
      const both = p50.interval.high <= boundMs && p95.interval.high <= boundMs;
      const verdict = both ? 'confirmed' : p50.interval.low > boundMs ? 'refuted' : 'undecided';
      return { run, ...withUsers(run, verdict, text), measured: { value: p50.value, unit: 'ms', interval: p50.interval } };
    }),
  );
};
