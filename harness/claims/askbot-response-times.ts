import type { MetricId } from '../contract/metrics.ts';
import { against, agreed, type ClosedRun, closedRuns, type Finding, metricOf, time, withUsers } from './askbot-runs.ts';
import { boundOf, type Judge } from './judge.ts';

/** Requests that must lie beyond a percentile before it is more than an anecdote. */
const leastTail = 30;
const beyond = { mean: 1, p95: 0.05, p99: 0.01 } as const;
type Statistic = keyof typeof beyond;

function findingOf(run: ClosedRun, statistic: Statistic, boundMs: number): Finding {
  const measured = metricOf(run, `ask-response-${statistic}` satisfies MetricId);
  if (measured?.interval === undefined) {
    return { run, verdict: 'undecided', text: 'not measured' };
  }
  const tail = Math.floor(measured.sampleCount * beyond[statistic]);
  const { value, interval } = measured;
  const text = `${time(value)} (${time(interval.low)} to ${time(interval.high)})`;
  if (tail < leastTail) {
    return { run, verdict: 'undecided', text: `${text} with ${tail} asks beyond it, ${leastTail} are needed` };
  }
  return {
    run,
    ...withUsers(run, against(interval, { value: boundMs, side: 'le' }), text),
    measured: { value, unit: 'ms', interval },
  };
}

/** Response time of asks alone, in every closed loop: with five questions and with realistic repeats, under every model. */
const judge =
  (statistic: Statistic): Judge =>
  (claim, findings) =>
    agreed(
      'the closed loop of the load test',
      closedRuns(findings).map((run) => findingOf(run, statistic, boundOf(claim) * 1000)),
    );

export const askbotLoadMean = judge('mean');
export const askbotLoadP95 = judge('p95');
export const askbotLoadP99 = judge('p99');
