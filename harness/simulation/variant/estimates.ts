import type { SimulatedResult, SimulatedRun } from '../../contract/simulation.ts';
import { turnsOf } from '../../contract/turns.ts';
import { type MeanEstimate, meanEstimate } from '../../measurement/student-t.ts';
import { errorShare } from './goal.ts';

/** The figures of one run that are averaged over replications, by name with the unit last. */
function figuresOf(run: SimulatedRun, seconds: number): Record<string, number | undefined> {
  const { elasticity, responseMs, ready, decisions } = run;
  return {
    ...elasticity,
    meanReplicas: elasticity.replicaSeconds / seconds,
    peakReplicas: Math.max(...ready.map(({ replicas }) => replicas)),
    directionChangesPerHour: (turnsOf(decisions.map(({ from, to }) => to - from)) * 3600) / seconds,
    errorRatio: errorShare(run),
    meanMs: responseMs?.mean,
    p50Ms: responseMs?.p50,
    p95Ms: responseMs?.p95,
    p99Ms: responseMs?.p99,
  };
}

/** The only figure that can be below 0. */
const signed = 'jitterPerMinute';

/** Student's t knows nothing of the figure: what cannot be negative is not, whatever its interval would say. */
function possible(name: string, estimate: MeanEstimate): MeanEstimate {
  const { interval } = estimate;
  return name === signed || interval === undefined ? estimate : { ...estimate, interval: { ...interval, low: Math.max(0, interval.low) } };
}

/**
 * Means over the stable replications with Student's t intervals; a figure that one of them does not have is averaged over the others,
 * and its number of samples says so. Unstable replications enter no mean: they would tell how long was watched.
 */
export function estimatesOf(runs: readonly SimulatedRun[], seconds: number): SimulatedResult['estimates'] {
  const figures = runs.filter(({ stability }) => stability.verdict === 'stable').map((run) => figuresOf(run, seconds));
  const names = [...new Set(figures.flatMap((each) => Object.keys(each)))];
  const estimates: Record<string, MeanEstimate> = {};
  for (const name of names) {
    const values = figures.flatMap((each) => each[name] ?? []);
    if (values.length > 0) {
      estimates[name] = possible(name, meanEstimate(values));
    }
  }
  return estimates;
}
