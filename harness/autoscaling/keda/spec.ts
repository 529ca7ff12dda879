import { z } from 'zod';
import { nonNegativeQuantitySchema, positiveQuantitySchema } from '../hpa/quantity.ts';
import { behaviorSchema, type MetricSpec } from '../hpa/spec.ts';

/**
 * `spec` of keda.sh/v1alpha1 ScaledObject with its names and defaults. Facts from https://keda.sh/docs/latest/reference/scaledobject-spec/
 * and the pages of the scalers.
 */

/** Metadata of a trigger are strings in Kubernetes, which refuses a plain number. */
const text = z.string({ error: 'must be a string, as all metadata of a trigger: put it into quotes' }).min(1);

/** A string that holds a quantity of which the other schema approves. */
const textOf = (quantity: z.ZodType) =>
  text.superRefine((value, context) => {
    for (const { message } of quantity.safeParse(value).error?.issues ?? []) {
      context.addIssue({ code: 'custom', message });
    }
  });
const positiveText = textOf(positiveQuantitySchema);
const nonNegativeText = textOf(nonNegativeQuantitySchema);

const commonShape = {
  name: z.string().min(1).optional(),
  useCachedMetrics: z.boolean().optional(),
  authenticationRef: z.strictObject({ name: z.string().min(1), kind: z.string().optional() }).optional(),
};

function resourceTrigger<T extends 'cpu' | 'memory'>(type: T) {
  return z.strictObject({
    ...commonShape,
    type: z.literal(type),
    metricType: z.enum(['Utilization', 'AverageValue']),
    metadata: z.strictObject({ value: positiveText, containerName: text.optional() }),
  });
}

const externalMetricType = z.enum(['AverageValue', 'Value']).default('AverageValue');

const triggerSchema = z.discriminatedUnion('type', [
  resourceTrigger('cpu'),
  resourceTrigger('memory'),
  z.strictObject({
    ...commonShape,
    type: z.literal('prometheus'),
    metricType: externalMetricType,
    metadata: z.strictObject({
      serverAddress: text,
      query: text,
      threshold: positiveText,
      activationThreshold: nonNegativeText.default('0'),
      namespace: text.optional(),
      ignoreNullValues: text.optional(),
      unsafeSsl: text.optional(),
      authModes: text.optional(),
      timeout: text.optional(),
    }),
  }),
  z.strictObject({
    ...commonShape,
    type: z.literal('redis'),
    metricType: externalMetricType,
    metadata: z.strictObject({
      address: text.optional(),
      addressFromEnv: text.optional(),
      host: text.optional(),
      port: text.optional(),
      passwordFromEnv: text.optional(),
      databaseIndex: text.optional(),
      enableTLS: text.optional(),
      listName: text,
      listLength: positiveText.default('5'),
      activationListLength: nonNegativeText.default('0'),
    }),
  }),
  z.strictObject({
    ...commonShape,
    type: z.literal('rabbitmq'),
    metricType: externalMetricType,
    metadata: z.strictObject({
      host: text.optional(),
      hostFromEnv: text.optional(),
      protocol: text.optional(),
      vhostName: text.optional(),
      queueName: text,
      mode: z.enum(['QueueLength', 'MessageRate']),
      value: positiveText,
      activationValue: nonNegativeText.default('0'),
    }),
  }),
]);
type Trigger = z.output<typeof triggerSchema>;

export const scaledObjectSpecSchema = z
  .strictObject({
    scaleTargetRef: z
      .strictObject({
        apiVersion: z.string().optional(),
        kind: z.string().optional(),
        name: z.string().min(1),
        envSourceContainerName: z.string().optional(),
      })
      .optional(),
    pollingInterval: z.int().min(1).default(30),
    cooldownPeriod: z.int().min(0).default(300),
    initialCooldownPeriod: z.int().min(0).default(0),
    idleReplicaCount: z.int().min(0).optional(),
    minReplicaCount: z.int().min(0).max(10_000).default(0),
    maxReplicaCount: z.int().min(1).max(10_000).default(100),
    fallback: z.strictObject({ failureThreshold: z.int().min(1), replicas: z.int().min(0) }).optional(),
    advanced: z
      .strictObject({
        restoreToOriginalReplicaCount: z.boolean().optional(),
        horizontalPodAutoscalerConfig: z.strictObject({ name: z.string().optional(), behavior: behaviorSchema.optional() }).optional(),
      })
      .optional(),
    triggers: z.array(triggerSchema).min(1, 'must hold at least one trigger'),
  })
  .superRefine(({ idleReplicaCount, minReplicaCount, maxReplicaCount, triggers }, context) => {
    if (minReplicaCount > maxReplicaCount) {
      context.addIssue({
        code: 'custom',
        path: ['maxReplicaCount'],
        message: `is ${maxReplicaCount}, less than minReplicaCount ${minReplicaCount}`,
      });
    }
    if (idleReplicaCount !== undefined && idleReplicaCount >= minReplicaCount) {
      context.addIssue({
        code: 'custom',
        path: ['idleReplicaCount'],
        message: `is ${idleReplicaCount}, which has to be less than minReplicaCount ${minReplicaCount}`,
      });
    }
    for (const [index, { name }] of triggers.entries()) {
      if (name !== undefined && triggers.findIndex((trigger) => trigger.name === name) < index) {
        context.addIssue({ code: 'custom', path: ['triggers', index, 'name'], message: `"${name}" names two triggers` });
      }
    }
  });
export type ScaledObjectSpec = z.output<typeof scaledObjectSpecSchema>;

/** A trigger whose value comes from outside of the pods, which alone can start from zero. */
export interface ExternalTrigger {
  /** Of the metric that KEDA serves to its HPA. */
  readonly metricName: string;
  /** Under which the value is looked up: the name of the trigger, else its query, list or queue. */
  readonly source: string;
  readonly kind: 'prometheus' | 'redis' | 'rabbitmq';
  /** Of a redis list or a queue: what the queue of the tier stands for. */
  readonly isQueue: boolean;
  readonly threshold: string;
  readonly activation: string;
  readonly metricType: 'AverageValue' | 'Value';
}

function externalTrigger(trigger: Trigger, index: number): ExternalTrigger | undefined {
  const of = (source: string, threshold: string, activation: string, isQueue: boolean) =>
    trigger.type === 'cpu' || trigger.type === 'memory'
      ? undefined
      : {
          metricName: `s${index}-${trigger.type}`,
          source: trigger.name ?? source,
          kind: trigger.type,
          isQueue,
          threshold,
          activation,
          metricType: trigger.metricType,
        };
  switch (trigger.type) {
    case 'cpu':
    case 'memory':
      return undefined;
    case 'prometheus':
      return of(trigger.metadata.query, trigger.metadata.threshold, trigger.metadata.activationThreshold, false);
    case 'redis':
      return of(trigger.metadata.listName, trigger.metadata.listLength, trigger.metadata.activationListLength, true);
    case 'rabbitmq':
      return of(
        trigger.metadata.queueName,
        trigger.metadata.value,
        trigger.metadata.activationValue,
        trigger.metadata.mode === 'QueueLength',
      );
  }
}

export function externalTriggers({ triggers }: ScaledObjectSpec): ExternalTrigger[] {
  return triggers.flatMap((trigger, index) => externalTrigger(trigger, index) ?? []);
}

function metricOf(trigger: Trigger, index: number): MetricSpec {
  if (trigger.type === 'cpu' || trigger.type === 'memory') {
    const { value, containerName } = trigger.metadata;
    const target =
      trigger.metricType === 'Utilization'
        ? { type: 'Utilization' as const, averageUtilization: Math.trunc(Number(value)) }
        : { type: 'AverageValue' as const, averageValue: value };
    return containerName === undefined
      ? { type: 'Resource', resource: { name: trigger.type, target } }
      : { type: 'ContainerResource', containerResource: { name: trigger.type, container: containerName, target } };
  }
  const external = externalTrigger(trigger, index);
  if (external === undefined) {
    throw new TypeError(`trigger ${trigger.type} has no external metric`);
  }
  const { metricName, threshold, metricType } = external;
  const target = metricType === 'Value' ? { type: metricType, value: threshold } : { type: metricType, averageValue: threshold };
  return { type: 'External', external: { metric: { name: metricName }, target } };
}

/** The HPA that KEDA makes: it never goes below one, because zero is KEDA's own business. */
export function hpaSpecOf(spec: ScaledObjectSpec) {
  const behavior = spec.advanced?.horizontalPodAutoscalerConfig?.behavior;
  return {
    minReplicas: Math.max(1, spec.minReplicaCount),
    maxReplicas: spec.maxReplicaCount,
    metrics: spec.triggers.map(metricOf),
    ...(behavior !== undefined && { behavior }),
  };
}
