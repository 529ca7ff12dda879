import type { MetricId } from '../../harness/contract/metrics.ts';
import type { SimulatedResult } from '../../harness/contract/simulation.ts';
import { coverage, percent, range, significant } from '../numbers.ts';

/** What a rule costs and what its callers felt, and how its supply followed demand: the figures of a simulated variant by table. */
export const estimateTables = {
  callers: [
    'cost',
    'replicaSeconds',
    'overProvisionedReplicaSeconds',
    'sloViolationSeconds',
    'violatingRequestRatio',
    'errorRatio',
    'p95Ms',
    'timeToRecoverSeconds',
  ],
  supply: ['accuracyUnder', 'accuracyOver', 'timeshareUnder', 'timeshareOver', 'jitterPerMinute', 'directionChangesPerHour', 'instability'],
} as const;
export type EstimateTable = keyof typeof estimateTables;
export const estimateIds = [...estimateTables.callers, ...estimateTables.supply];
export type EstimateId = (typeof estimateIds)[number];

/** The registered metric that defines a figure; the others are defined as words of the report. */
export const metricOfEstimate: Record<Exclude<EstimateId, 'errorRatio' | 'p95Ms'>, MetricId> = {
  cost: 'scaling-cost',
  replicaSeconds: 'replica-hours',
  overProvisionedReplicaSeconds: 'over-provisioned-replica-hours',
  sloViolationSeconds: 'slo-violation-seconds',
  violatingRequestRatio: 'violating-request-share',
  timeToRecoverSeconds: 'time-to-recover',
  accuracyUnder: 'accuracy-under',
  accuracyOver: 'accuracy-over',
  timeshareUnder: 'timeshare-under',
  timeshareOver: 'timeshare-over',
  jitterPerMinute: 'jitter',
  directionChangesPerHour: 'direction-changes',
  instability: 'instability',
};

export type Estimate = NonNullable<SimulatedResult['estimates'][string]>;

/** An estimate; undefined where no replication had the figure. */
export function estimateOf({ estimates }: Pick<SimulatedResult, 'estimates'>, id: EstimateId | 'p50Ms' | 'p99Ms'): Estimate | undefined {
  return estimates[id];
}

const secondsPerHour = 3600;

/** The value in the unit of its column: hours for replica-seconds, per cent for shares. */
export function shown(id: EstimateId, value: number): string {
  switch (id) {
    case 'replicaSeconds':
    case 'overProvisionedReplicaSeconds':
      return significant(value / secondsPerHour);
    case 'violatingRequestRatio':
    case 'errorRatio':
    case 'timeshareUnder':
    case 'timeshareOver':
    case 'instability':
      return percent(value);
    default:
      return significant(value);
  }
}

/** `11.9–12.7`, or `±0` where it is narrower than the last digit; undefined for an estimate of one replication. */
export function boundsText(id: EstimateId, { interval }: Estimate): string | undefined {
  if (interval === undefined) {
    return undefined;
  }
  const [low, high] = [shown(id, interval.low), shown(id, interval.high)];
  return `${low === high ? '±0' : range(low, high)}${coverage(interval.confidence)}`;
}

/** `12.3 (11.9–12.7)`, without a unit. */
export function estimateText(id: EstimateId, estimate: Estimate): string {
  const bounds = boundsText(id, estimate);
  return `${shown(id, estimate.mean)}${bounds === undefined ? '' : ` (${bounds})`}`;
}

/** The response time at the percentile of the goal, where it is one that is averaged over replications. */
export function goalPercentile(simulated: SimulatedResult): Estimate | undefined {
  const { percentile } = simulated.variant.goal;
  return percentile === 50 || percentile === 95 || percentile === 99 ? estimateOf(simulated, `p${percentile}Ms`) : undefined;
}

/** Where the truth lies by what was seen; of one replication only its own value. */
export function spanOf({ mean, interval }: Estimate): { readonly low: number; readonly high: number } {
  return interval ?? { low: mean, high: mean };
}
