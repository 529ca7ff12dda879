import type { ControllerSettings } from './constants.ts';
import { groupPods } from './group-pods.ts';
import { milliValue } from './quantity.ts';
import {
  averageYardstick,
  type Proposal,
  replicasByPods,
  replicasByShare,
  replicasByValue,
  requestsOf,
  utilizationYardstick,
} from './replica-count.ts';
import type { HpaPod, MetricFailure, MetricSource } from './sample.ts';
import type { HpaSpec, MetricSpec } from './spec.ts';
import { type Tolerances, tolerancesOf } from './tolerance.ts';

/** Everything that one metric's proposal may rest on. */
export interface Sight {
  readonly spec: HpaSpec;
  /** What the scale asks for and what there is. */
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly pods: readonly HpaPod[];
  readonly source: MetricSource;
  readonly settings: ControllerSettings;
  readonly nowMs: number;
}

export type NamedProposal = { readonly metric: string } & (Proposal | (MetricFailure & { readonly reason: string }));

function milli(text: string | undefined): bigint {
  // The schema lets no target through without the field that its type names.
  return milliValue(text ?? '');
}

interface ByPods {
  readonly metric: MetricSpec;
  readonly resource?: { readonly name: string; readonly container?: string };
  readonly target: { readonly averageUtilization?: number | undefined; readonly averageValue?: string | undefined };
}

function byPods({ metric, resource, target }: ByPods, sight: Sight, tolerances: Tolerances): Proposal | MetricFailure {
  const { pods, source, settings, nowMs, specReplicas } = sight;
  const samples = source.podMetrics(metric);
  if ('failure' in samples) {
    return samples;
  }
  if (pods.length === 0) {
    return { failure: 'no pods returned by selector while calculating replica count' };
  }
  const groups = groupPods(pods, samples, resource?.name === 'cpu', settings, nowMs);
  const left = new Map([...samples].map(([name, { valueMilli }]) => [name, valueMilli] as const));
  for (const name of [...groups.ignored, ...groups.unready]) {
    left.delete(name);
  }
  if (left.size === 0) {
    return { failure: 'did not receive metrics for targeted pods (pods might be unready)' };
  }
  if (target.averageUtilization === undefined || resource === undefined) {
    return replicasByPods(specReplicas, left, groups, averageYardstick(milli(target.averageValue)), tolerances);
  }
  const requests = requestsOf(pods, resource.name, resource.container);
  return 'failure' in requests
    ? requests
    : replicasByPods(specReplicas, left, groups, utilizationYardstick(requests, target.averageUtilization), tolerances);
}

function byValues(
  metric: MetricSpec,
  target: { readonly value?: string | undefined; readonly averageValue?: string | undefined },
  { source, specReplicas, statusReplicas, pods }: Sight,
  tolerances: Tolerances,
): Proposal | MetricFailure {
  const values = source.values(metric);
  if ('failure' in values) {
    return values;
  }
  if (target.averageValue !== undefined) {
    return replicasByShare(statusReplicas, values, milli(target.averageValue), tolerances);
  }
  const readyRunning = pods.filter(({ phase, ready }) => phase === 'Running' && ready?.status === 'True').length;
  return replicasByValue(specReplicas, values, milli(target.value), pods.length === 0 ? undefined : readyRunning, tolerances);
}

function proposalOf(metric: MetricSpec, sight: Sight, tolerances: Tolerances): Proposal | MetricFailure {
  switch (metric.type) {
    case 'Resource':
      return byPods({ metric, resource: { name: metric.resource.name }, target: metric.resource.target }, sight, tolerances);
    case 'ContainerResource':
      return byPods({ metric, resource: metric.containerResource, target: metric.containerResource.target }, sight, tolerances);
    case 'Pods':
      return byPods({ metric, target: metric.pods.target }, sight, tolerances);
    case 'Object':
      return byValues(metric, metric.object.target, sight, tolerances);
    case 'External':
      return byValues(metric, metric.external.target, sight, tolerances);
  }
}

/** What a metric is called in messages, such as `cpu resource utilization`. */
function metricName(metric: MetricSpec): string {
  switch (metric.type) {
    case 'Resource':
      return `${metric.resource.name} resource${metric.resource.target.type === 'Utilization' ? ' utilization' : ''}`;
    case 'ContainerResource': {
      const { name, container, target } = metric.containerResource;
      return `${name} resource${target.type === 'Utilization' ? ' utilization' : ''} of container ${container}`;
    }
    case 'Pods':
      return `pods metric ${metric.pods.metric.name}`;
    case 'Object':
      return `${metric.object.describedObject.kind} metric ${metric.object.metric.name}`;
    case 'External':
      return `external metric ${metric.external.metric.name}`;
  }
}

/** What every metric of the spec proposes, in its order; a metric that has no value says why. */
export function proposals(sight: Sight): NamedProposal[] {
  const tolerances = tolerancesOf(sight.spec, sight.settings);
  return sight.spec.metrics.map((metric) => {
    const proposal = proposalOf(metric, sight, tolerances);
    const name = { metric: metricName(metric) };
    return 'failure' in proposal ? { ...name, ...proposal, reason: `FailedGet${metric.type}Metric` } : { ...name, ...proposal };
  });
}
