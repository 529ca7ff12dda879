import { type MetricId, type MetricValues, metricDefinition } from '../../contract/metrics.ts';
import type { SimulatedResult } from '../../contract/simulation.ts';
import type { Replication } from './replication.ts';

interface Source {
  /** Its name among the estimates of a simulated result. */
  readonly estimate: string;
  readonly scale?: number;
  /** It rests on requests; everything else on replications. */
  readonly ofRequests?: true;
}

const hours = 1 / 3600;

/** Every metric that a simulation tells. To add one: its definition in the registry, its estimate here. */
const sources: Partial<Record<MetricId, Source>> = {
  'ask-response-mean': { estimate: 'meanMs', ofRequests: true },
  'ask-response-p50': { estimate: 'p50Ms', ofRequests: true },
  'ask-response-p95': { estimate: 'p95Ms', ofRequests: true },
  'ask-response-p99': { estimate: 'p99Ms', ofRequests: true },
  'error-ratio': { estimate: 'errorRatio', ofRequests: true },
  'violating-request-share': { estimate: 'violatingRequestRatio', ofRequests: true },
  'slo-violation-seconds': { estimate: 'sloViolationSeconds' },
  'replica-hours': { estimate: 'replicaSeconds', scale: hours },
  'mean-replicas': { estimate: 'meanReplicas' },
  'over-provisioned-replica-hours': { estimate: 'overProvisionedReplicaSeconds', scale: hours },
  'time-to-recover': { estimate: 'timeToRecoverSeconds' },
  'accuracy-under': { estimate: 'accuracyUnder' },
  'accuracy-over': { estimate: 'accuracyOver' },
  'timeshare-under': { estimate: 'timeshareUnder' },
  'timeshare-over': { estimate: 'timeshareOver' },
  jitter: { estimate: 'jitterPerMinute' },
  instability: { estimate: 'instability' },
  'direction-changes': { estimate: 'directionChangesPerHour' },
  'scaling-cost': { estimate: 'cost' },
};

/** The metrics of a simulated variant: means over its stable replications with their intervals; none where no replication was stable. */
export function simulatedMetrics({ estimates }: SimulatedResult, replications: readonly Replication[]): MetricValues {
  const requests = replications.filter(({ isStable }) => isStable).reduce((sum, { arrived }) => sum + arrived, 0);
  const values: MetricValues = {};
  for (const [id, { estimate: name, scale = 1, ofRequests }] of Object.entries(sources) as [MetricId, Source][]) {
    const estimate = estimates[name];
    const sampleCount = ofRequests === true ? requests : (estimate?.samples ?? 0);
    if (estimate !== undefined && sampleCount > 0) {
      const { mean, interval } = estimate;
      values[id] = {
        value: mean * scale,
        unit: metricDefinition(id).unit,
        sampleCount,
        window: 'whole run',
        ...(interval === undefined ? {} : { interval: { ...interval, low: interval.low * scale, high: interval.high * scale } }),
      };
    }
  }
  return values;
}
