import type { MetricId } from '../contract/metrics.ts';
import { agreed, closedRuns, type Finding, metricOf } from './askbot-runs.ts';
import { type Judge, short } from './judge.ts';

/** Pooled figures may be so far from those of asks alone. */
const harmless = 0.05;
/** Asks beyond a percentile before it is more than an anecdote; the mean needs as many in all. */
const leastSamples = 30;
const beyond = { mean: 1, p50: 0.5, p95: 0.05, p99: 0.01 } as const;
type Statistic = keyof typeof beyond;

/** Does one pool for questions and probes say something else than the questions alone? */
export const askbotLoadMix: Judge = (_claim, findings) =>
  agreed(
    'the closed loop of the load test',
    closedRuns(findings).map((run): Finding => {
      const ratios = (Object.keys(beyond) as Statistic[]).flatMap((statistic) => {
        const asks = metricOf(run, `ask-response-${statistic}` satisfies MetricId);
        const pooled = metricOf(run, `pooled-response-${statistic}` satisfies MetricId);
        return asks === undefined || pooled === undefined || asks.value === 0 || asks.sampleCount * beyond[statistic] < leastSamples
          ? []
          : [{ statistic, ratio: pooled.value / asks.value }];
      });
      const [farthest] = ratios.toSorted((a, b) => Math.abs(b.ratio - 1) - Math.abs(a.ratio - 1));
      if (farthest === undefined) {
        return { run, verdict: 'undecided', text: 'has too few samples' };
      }
      const { statistic, ratio } = farthest;
      return {
        run,
        verdict: Math.abs(ratio - 1) <= harmless ? 'confirmed' : ratio < 1 ? 'refuted' : 'undecided',
        text: `pooled ${statistic} is ${short(ratio * 100)} % of that of the asks`,
        measured: { value: ratio, unit: 'ratio' },
      };
    }),
  );
