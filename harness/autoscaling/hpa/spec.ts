import { z } from 'zod';
import { nonNegativeQuantitySchema, positiveQuantitySchema } from './quantity.ts';

/**
 * `spec` of autoscaling/v2 HorizontalPodAutoscaler, with Kubernetes' names and what its API server would refuse. Facts from
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/
 */

const requirementSchema = z.strictObject({
  key: z.string().min(1),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: z.array(z.string()).optional(),
});

const labelSelectorSchema = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z.array(requirementSchema).optional(),
});
export type LabelSelector = z.infer<typeof labelSelectorSchema>;

export const crossVersionObjectReferenceSchema = z.strictObject({
  apiVersion: z.string().optional(),
  kind: z.string().min(1),
  name: z.string().min(1),
});

const metricIdentifierSchema = z.strictObject({ name: z.string().min(1), selector: labelSelectorSchema.optional() });

const targetFields = { Utilization: 'averageUtilization', Value: 'value', AverageValue: 'averageValue' } as const;
type TargetType = keyof typeof targetFields;

/** A target of one of the types that the metric allows, with the one field that the type names and no other. */
function targetSchema(allowed: readonly [TargetType, ...TargetType[]]) {
  return z
    .strictObject({
      type: z.enum(['Utilization', 'Value', 'AverageValue']),
      averageUtilization: z.int().positive().max(2_147_483_647).optional(),
      value: positiveQuantitySchema.optional(),
      averageValue: positiveQuantitySchema.optional(),
    })
    .superRefine((target, context) => {
      if (!allowed.includes(target.type)) {
        context.addIssue({
          code: 'custom',
          path: ['type'],
          message: `"${target.type}" is no target of this metric, which allows ${allowed.join(' and ')}`,
        });
        return;
      }
      for (const [type, field] of Object.entries(targetFields)) {
        const given = target[field];
        if (type === target.type && given === undefined) {
          context.addIssue({ code: 'custom', path: [field], message: `is missing, and a target of type ${type} needs it` });
        }
        if (type !== target.type && given !== undefined) {
          context.addIssue({
            code: 'custom',
            path: [field],
            message: `is ${JSON.stringify(given)}, which contradicts type "${target.type}": leave one of them out`,
          });
        }
      }
    });
}

const resourceTarget = targetSchema(['Utilization', 'AverageValue']);
const podsTarget = targetSchema(['AverageValue']);
const valueTarget = targetSchema(['Value', 'AverageValue']);

const metricSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('Resource'), resource: z.strictObject({ name: z.string().min(1), target: resourceTarget }) }),
  z.strictObject({
    type: z.literal('ContainerResource'),
    containerResource: z.strictObject({ name: z.string().min(1), container: z.string().min(1), target: resourceTarget }),
  }),
  z.strictObject({ type: z.literal('Pods'), pods: z.strictObject({ metric: metricIdentifierSchema, target: podsTarget }) }),
  z.strictObject({
    type: z.literal('Object'),
    object: z.strictObject({
      describedObject: crossVersionObjectReferenceSchema,
      metric: metricIdentifierSchema,
      target: valueTarget,
    }),
  }),
  z.strictObject({ type: z.literal('External'), external: z.strictObject({ metric: metricIdentifierSchema, target: valueTarget }) }),
]);
export type MetricSpec = z.infer<typeof metricSchema>;

const policySchema = z.strictObject({
  type: z.enum(['Pods', 'Percent']),
  value: z.int().positive().max(2_147_483_647),
  periodSeconds: z
    .int({
      error: ({ input }) =>
        input === undefined ? 'is missing: every policy needs the seconds over which it counts, such as 60' : undefined,
    })
    .positive()
    .max(1800),
});
export type ScalingPolicy = z.infer<typeof policySchema>;

const scalingRulesSchema = z.strictObject({
  stabilizationWindowSeconds: z.int().min(0).max(3600).optional(),
  selectPolicy: z.enum(['Max', 'Min', 'Disabled']).optional(),
  policies: z.array(policySchema).min(1, 'must hold at least one policy').optional(),
  tolerance: nonNegativeQuantitySchema.optional(),
});
export type ScalingRules = z.infer<typeof scalingRulesSchema>;

/** The API server fills this in where `metrics` is left out. */
const defaultMetrics: MetricSpec[] = [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
];

export const behaviorSchema = z.strictObject({ scaleUp: scalingRulesSchema.optional(), scaleDown: scalingRulesSchema.optional() });

export const hpaSpecSchema = z
  .strictObject({
    scaleTargetRef: crossVersionObjectReferenceSchema.optional(),
    minReplicas: z.int().min(0).max(2_147_483_647).optional(),
    maxReplicas: z.int().positive().max(2_147_483_647),
    metrics: z.array(metricSchema).min(1).default(defaultMetrics),
    behavior: behaviorSchema.optional(),
  })
  .superRefine(({ minReplicas = 1, maxReplicas, metrics }, context) => {
    if (minReplicas > maxReplicas) {
      context.addIssue({ code: 'custom', path: ['maxReplicas'], message: `is ${maxReplicas}, less than minReplicas ${minReplicas}` });
    }
    if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
      context.addIssue({
        code: 'custom',
        path: ['minReplicas'],
        message: 'is 0, but only an Object or External metric tells when to leave zero: add one, or start at 1',
      });
    }
  });
/** A validated spec, `metrics` filled in. */
export type HpaSpec = z.output<typeof hpaSpecSchema>;
