import { against, agreed, closedRuns, type Finding, metricOf, withUsers } from './askbot-runs.ts';
import { boundOf, type Judge, short } from './judge.ts';

/** Every issued request counts once; what was answered in a degraded way is told apart. */
export const askbotLoadSuccess: Judge = (claim, findings) => {
  const bound = boundOf(claim) / 100;
  return agreed(
    'the closed loop of the load test',
    closedRuns(findings).map((run): Finding => {
      const success = metricOf(run, 'achieved-ratio');
      const complete = metricOf(run, 'complete-answer-ratio');
      if (success?.interval === undefined) {
        return { run, verdict: 'undecided', text: 'not measured' };
      }
      const degraded =
        complete === undefined || complete.value === 1 ? '' : `, ${short((1 - complete.value) * 100)} % of the answers degraded`;
      const { value, interval } = success;
      return {
        run,
        ...withUsers(
          run,
          against(interval, { value: bound, side: 'ge' }),
          `${short(value * 100)} % (at least ${short(interval.low * 100)} %) of ${success.sampleCount}${degraded}`,
        ),
        measured: { value: value * 100, unit: '%', interval: { ...interval, low: interval.low * 100, high: interval.high * 100 } },
      };
    }),
  );
};
