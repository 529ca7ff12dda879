import type { SimulatedGoal, SimulatedRun } from '../../contract/simulation.ts';

/** Requests that failed, as a share of those that arrived; those that were in hand at the end are neither. */
export function errorShare({ counts }: SimulatedRun): number {
  const { arrived, timedOut, refused, refusedByProvider, lost } = counts;
  return arrived === 0 ? 0 : (timedOut + refused + refusedByProvider + lost) / arrived;
}

/** The percentile of successful response times; one that the run does not tell by itself from the next higher point of its curve. */
export function percentileMs({ responseMs, curve }: SimulatedRun, percentile: number): number | undefined {
  switch (percentile) {
    case 50:
      return responseMs?.p50;
    case 95:
      return responseMs?.p95;
    case 99:
      return responseMs?.p99;
    default:
      return curve.find((point) => point.percentile >= percentile)?.ms ?? responseMs?.maximum;
  }
}

/** Whether a whole run kept the goal. A run in which nothing succeeded kept none. */
export function keepsGoal(run: SimulatedRun, goal: SimulatedGoal): boolean {
  const ms = percentileMs(run, goal.percentile);
  return run.stability.verdict === 'stable' && ms !== undefined && ms <= goal.responseMs && errorShare(run) <= goal.errorShare;
}
