import { durationMs } from './duration.ts';
import type { ExternalMetricValue, HpaInput, MetricValue, Pod, PodMetrics as PodMetricsObject } from './input.ts';
import { milliValue } from './quantity.ts';
import type { HpaPod, MetricFailure, MetricSource, PodMetric, PodMetrics } from './sample.ts';
import type { LabelSelector } from './spec.ts';

/** What the controller reads from the Kubernetes APIs, from the same objects as JSON. */

const defaultWindowMs = 60_000;

function sumOf(values: readonly (string | undefined)[]): bigint | undefined {
  return values.reduce<bigint | undefined>(
    (sum, value) => (sum === undefined || value === undefined ? undefined : sum + milliValue(value)),
    0n,
  );
}

/** A pod as the controller sees it. Of the init containers only sidecars request anything while the pod runs. */
export function hpaPod({ metadata, spec, status }: Pod): HpaPod {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const containers = [...spec.containers, ...sidecars];
  return {
    name: metadata.name,
    phase: status.phase,
    deleting: metadata.deletionTimestamp !== undefined,
    ...(ready !== undefined && {
      // Kubernetes reads a time that is not there as one long ago.
      ready: {
        status: ready.status,
        changedAtMs: ready.lastTransitionTime === undefined ? Number.NEGATIVE_INFINITY : Date.parse(ready.lastTransitionTime),
      },
    }),
    ...(status.startTime !== undefined && { startedAtMs: Date.parse(status.startTime) }),
    requestMilli(resource, container) {
      const asked = containers.filter(({ name }) => container === undefined || name === container);
      return asked.length === 0 ? undefined : sumOf(asked.map(({ resources }) => resources?.requests?.[resource]));
    },
  };
}

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

const operators: Record<Requirement['operator'], (value: string | undefined, values: readonly string[]) => boolean> = {
  In: (value, values) => value !== undefined && values.includes(value),
  NotIn: (value, values) => value === undefined || !values.includes(value),
  Exists: (value) => value !== undefined,
  DoesNotExist: (value) => value === undefined,
};

function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => operators[operator](labels[key], values))
  );
}

function resourceMetrics(objects: readonly PodMetricsObject[], resource: string, container?: string): PodMetrics | MetricFailure {
  const samples = new Map<string, PodMetric>();
  for (const { metadata, timestamp, window, containers } of objects) {
    const asked = containers.filter(({ name }) => container === undefined || name === container);
    if (container !== undefined && asked.length === 0) {
      return { failure: `container ${container} not present in metrics for pod ${metadata.name}` };
    }
    const valueMilli = asked.length === 0 ? undefined : sumOf(asked.map(({ usage }) => usage[resource]));
    if (valueMilli !== undefined) {
      samples.set(metadata.name, { valueMilli, takenAtMs: Date.parse(timestamp), windowMs: durationMs(window) });
    }
  }
  return samples;
}

function customMetrics(values: readonly MetricValue[]): PodMetrics {
  return new Map(
    values.map(({ describedObject, timestamp, windowSeconds, value }) => [
      describedObject.name,
      {
        valueMilli: milliValue(value),
        takenAtMs: Date.parse(timestamp),
        windowMs: windowSeconds === undefined ? defaultWindowMs : windowSeconds * 1000,
      },
    ]),
  );
}

/** An API that does not answer, or has nothing, makes the metric invalid. */
function answered<T>(api: string, values: readonly T[] | undefined, metric: string): readonly T[] | MetricFailure {
  if (values === undefined) {
    return { failure: `unable to fetch ${metric} from ${api}: it does not answer` };
  }
  return values.length === 0 ? { failure: `no metrics returned from ${api} for ${metric}` } : values;
}

/** Reads the metrics of the spec from the objects of the three metrics APIs. */
export function kubernetesSource({ resource, custom, external }: HpaInput['metrics']): MetricSource {
  return {
    podMetrics(metric) {
      switch (metric.type) {
        case 'Resource': {
          const { name } = metric.resource;
          const objects = answered('metrics.k8s.io', resource, name);
          return 'failure' in objects ? objects : resourceMetrics(objects, name);
        }
        case 'ContainerResource': {
          const { name, container } = metric.containerResource;
          const objects = answered('metrics.k8s.io', resource, name);
          return 'failure' in objects ? objects : resourceMetrics(objects, name, container);
        }
        case 'Pods': {
          const { name } = metric.pods.metric;
          const ofPods = custom?.filter((value) => value.describedObject.kind === 'Pod' && value.metric.name === name);
          const values = answered('custom.metrics.k8s.io', ofPods, name);
          return 'failure' in values ? values : customMetrics(values);
        }
        case 'Object':
        case 'External':
          throw new TypeError(`${metric.type} metrics have no samples per pod`);
      }
    },
    values(metric) {
      switch (metric.type) {
        case 'Object': {
          const { describedObject, metric: identifier } = metric.object;
          const matching = custom?.filter(
            (value) =>
              value.metric.name === identifier.name &&
              value.describedObject.kind === describedObject.kind &&
              value.describedObject.name === describedObject.name,
          );
          const values = answered('custom.metrics.k8s.io', matching, identifier.name);
          return 'failure' in values ? values : values.slice(0, 1).map(({ value }) => milliValue(value));
        }
        case 'External': {
          const { name, selector } = metric.external.metric;
          const matching = external?.filter(
            (value: ExternalMetricValue) => value.metricName === name && selects(selector ?? {}, value.metricLabels ?? {}),
          );
          const values = answered('external.metrics.k8s.io', matching, name);
          return 'failure' in values ? values : values.map(({ value }) => milliValue(value));
        }
        case 'Resource':
        case 'ContainerResource':
        case 'Pods':
          throw new TypeError(`${metric.type} metrics have a sample per pod`);
      }
    },
  };
}
