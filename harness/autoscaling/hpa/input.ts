import { z } from 'zod';
import { durationSchema, timeSchema } from './duration.ts';
import { quantitySchema } from './quantity.ts';
import { crossVersionObjectReferenceSchema, hpaSpecSchema } from './spec.ts';

/**
 * What one reconciliation is given, with the names of the Kubernetes APIs that it comes from: pods of core/v1, samples of
 * metrics.k8s.io, custom.metrics.k8s.io and external.metrics.k8s.io, conditions of autoscaling/v2.
 */

const quantities = z.record(z.string(), quantitySchema);
const labels = z.record(z.string(), z.string());
const replicaCount = z.int().min(0).max(2_147_483_647);

const containerSchema = z.strictObject({
  name: z.string().min(1),
  image: z.string().optional(),
  resources: z.strictObject({ requests: quantities.optional(), limits: quantities.optional() }).optional(),
});

const initContainerSchema = z.strictObject({
  ...containerSchema.shape,
  /** `Always` makes it a sidecar, whose requests count. */
  restartPolicy: z.enum(['Always']).optional(),
});

const podConditionSchema = z.strictObject({
  type: z.string(),
  status: z.enum(['True', 'False', 'Unknown']),
  lastTransitionTime: timeSchema.optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

const podSchema = z.strictObject({
  metadata: z.strictObject({
    name: z.string().min(1),
    namespace: z.string().optional(),
    labels: labels.optional(),
    creationTimestamp: timeSchema.optional(),
    deletionTimestamp: timeSchema.optional(),
  }),
  spec: z.strictObject({ containers: z.array(containerSchema).min(1), initContainers: z.array(initContainerSchema).optional() }),
  status: z.strictObject({
    phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']),
    startTime: timeSchema.optional(),
    conditions: z.array(podConditionSchema).optional(),
  }),
});
export type Pod = z.output<typeof podSchema>;

const podMetricsSchema = z.strictObject({
  metadata: z.strictObject({ name: z.string().min(1), namespace: z.string().optional(), labels: labels.optional() }),
  timestamp: timeSchema,
  window: durationSchema,
  containers: z.array(z.strictObject({ name: z.string().min(1), usage: quantities })),
});
export type PodMetrics = z.output<typeof podMetricsSchema>;

const metricValueSchema = z.strictObject({
  describedObject: z.strictObject({ ...crossVersionObjectReferenceSchema.shape, namespace: z.string().optional() }),
  metric: z.strictObject({ name: z.string().min(1) }),
  timestamp: timeSchema,
  windowSeconds: z.int().min(0).optional(),
  value: quantitySchema,
});
export type MetricValue = z.output<typeof metricValueSchema>;

const externalMetricValueSchema = z.strictObject({
  metricName: z.string().min(1),
  metricLabels: labels.optional(),
  timestamp: timeSchema,
  windowSeconds: z.int().min(0).optional(),
  value: quantitySchema,
});
export type ExternalMetricValue = z.output<typeof externalMetricValueSchema>;

/** The three metrics APIs; one that is left out does not answer, and its metrics are invalid. */
const metricsSchema = z.strictObject({
  resource: z.array(podMetricsSchema).optional(),
  custom: z.array(metricValueSchema).optional(),
  external: z.array(externalMetricValueSchema).optional(),
});

export const hpaConditionSchema = z.strictObject({
  type: z.enum(['AbleToScale', 'ScalingActive', 'ScalingLimited']),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().optional(),
  message: z.string().optional(),
  lastTransitionTime: timeSchema.optional(),
});
export type HpaCondition = z.output<typeof hpaConditionSchema>;

const statusSchema = z.strictObject({
  /** Of the target's scale: both what it asks for and what it has, unless `scale` tells them apart. */
  currentReplicas: replicaCount,
  /** Of the last reconciliation; kept for the record and read by nothing. */
  desiredReplicas: replicaCount.optional(),
  lastScaleTime: timeSchema.optional(),
  conditions: z.array(hpaConditionSchema).optional(),
});

/** The scale subresource of the target while it asks for another number than it has. */
const scaleSchema = z.strictObject({
  spec: z.strictObject({ replicas: replicaCount }),
  status: z.strictObject({ replicas: replicaCount }),
});

export const hpaHistorySchema = z.strictObject({
  /** Unstabilised recommendations; none at all is the controller's first sight of this autoscaler. */
  recommendations: z.array(z.strictObject({ timestamp: timeSchema, recommendation: z.int() })).default([]),
  /** `replicaChange` is positive for a scale-up and negative for a scale-down. */
  scaleEvents: z.array(z.strictObject({ timestamp: timeSchema, replicaChange: z.int() })).default([]),
});

export const hpaInputSchema = z
  .strictObject({
    spec: hpaSpecSchema,
    status: statusSchema,
    scale: scaleSchema.optional(),
    pods: z.array(podSchema).default([]),
    metrics: metricsSchema.default({}),
    history: hpaHistorySchema.default({ recommendations: [], scaleEvents: [] }),
    now: timeSchema,
  })
  .superRefine(({ pods }, context) => {
    const seen = new Set<string>();
    for (const [index, { metadata }] of pods.entries()) {
      if (seen.has(metadata.name)) {
        context.addIssue({ code: 'custom', path: ['pods', index, 'metadata', 'name'], message: `"${metadata.name}" names two pods` });
      }
      seen.add(metadata.name);
    }
  });
export type HpaInput = z.output<typeof hpaInputSchema>;
