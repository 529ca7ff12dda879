import type { MetricId } from '../../contract/metrics.ts';
import type { RunRecord } from '../../contract/result.ts';
import type { SimulatedRun } from '../../contract/simulation.ts';
import { stepIdOf } from './simulated-plan.ts';

/** What is kept of one replication: its run in the result, and the figures that are compared. */
export interface Replication {
  readonly record: RunRecord;
  readonly isStable: boolean;
  readonly arrived: number;
  /** Whether every request that arrived became one of the things that a request can become. */
  readonly isAccounted: boolean;
  readonly compared: Partial<Record<MetricId, number>>;
}

interface Place {
  readonly variant: string;
  readonly order: number;
  readonly repetition: number;
  readonly seconds: number;
}

function failedOf({ timedOut, refused, refusedByProvider, lost, unfinished }: SimulatedRun['counts']): RunRecord['counts']['failed'] {
  const failed = { timeout: timedOut, 'http-5xx': refused, 'http-4xx': refusedByProvider, closed: lost, unfinished };
  return Object.fromEntries(Object.entries(failed).filter(([, count]) => count > 0));
}

/** An unstable replication is kept and shown, and counts nowhere: the mean of a queue that only grows says how long was watched. */
export function replicationOf(run: SimulatedRun, { variant, order, repetition, seconds }: Place): Replication {
  const { counts, responseMs, stability, elasticity } = run;
  const { arrived, succeeded } = counts;
  const failed = failedOf(counts);
  const isStable = stability.verdict === 'stable';
  return {
    record: {
      stepId: stepIdOf(order, variant, repetition),
      order,
      phase: 'judged',
      repetition,
      offeredPerSecond: arrived / seconds,
      achievedPerSecond: succeeded / seconds,
      validity: { verdict: isStable ? 'valid' : 'invalid', reasons: isStable ? [] : [`unstable: ${stability.why}`], checks: [] },
      counts: { issued: arrived, succeeded, failed },
      ...(responseMs === undefined
        ? {}
        : {
            askResponseMs: {
              mean: responseMs.mean,
              p50: responseMs.p50,
              p95: responseMs.p95,
              p99: responseMs.p99,
              sampleCount: responseMs.sampleCount,
            },
          }),
    },
    isStable,
    arrived,
    isAccounted: arrived === Object.values(failed).reduce((sum, count) => sum + count, succeeded),
    compared: {
      ...(responseMs === undefined ? {} : { 'ask-response-mean': responseMs.mean, 'ask-response-p95': responseMs.p95 }),
      'slo-violation-seconds': elasticity.sloViolationSeconds,
      'replica-hours': elasticity.replicaSeconds / 3600,
      ...(elasticity.cost === undefined ? {} : { 'scaling-cost': elasticity.cost }),
    },
  };
}
