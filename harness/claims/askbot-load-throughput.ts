import { activeShare, against, agreed, closedRuns, type Finding, metricOf, wantedUsers } from './askbot-runs.ts';
import { boundOf, type Judge, short } from './judge.ts';

/** Throughput × (think time + response time) may be so far from the number of users. */
const mostDeviation = 0.02;
const z95 = 1.96;

/** Requests per second of a thousand users, probes among them, checked against what their think and response times allow. */
export const askbotLoadThroughput: Judge = (claim, findings) => {
  const bound = boundOf(claim);
  const seconds = findings.settings.steadySeconds * findings.settings.repetitions;
  return agreed(
    'the closed loop of the load test',
    closedRuns(findings).map((run): Finding => {
      const rate = metricOf(run, 'achieved-rate');
      const share = activeShare(run);
      const { users } = run.closedLoop;
      if (rate === undefined || share === undefined) {
        return { run, verdict: 'undecided', text: 'not measured' };
      }
      if (users < wantedUsers) {
        return { run, verdict: 'undecided', text: `${short(rate.value)}/s from ${users} users` };
      }
      // Users who wait and think make the count steadier than independent arrivals would: this is the widest it can be.
      const half = (z95 * Math.sqrt(rate.sampleCount)) / seconds;
      const interval = { low: Math.max(0, rate.value - half), high: rate.value + half, confidence: 0.95 };
      const text = `${short(rate.value)}/s, which accounts for ${short(share * 100)} % of the users`;
      return {
        run,
        verdict: Math.abs(share - 1) > mostDeviation ? 'undecided' : against(interval, { value: bound, side: 'ge' }),
        text,
        measured: { value: rate.value, unit: 'requests/s', interval },
      };
    }),
  );
};
