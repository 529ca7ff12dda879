import type { SimulatedVariant } from '../../harness/contract/simulation.ts';

type Settings = Extract<SimulatedVariant['controller'], { by: 'rule' }>['settings'];

/** What one replica carries within the goal, requests per second; a test holds it against the simulated search. */
export const capacityPerSecond = 20;
/** Chapter A's bounds, given to every rule whose chapter names none, so that all may go as far. */
const bounds = { minReplicas: 3, maxReplicas: 20 };
const goalMs = 3_000;

const utilisation = (name: string, averageUtilization: number) => ({
  type: 'Resource',
  resource: { name, target: { type: 'Utilization', averageUtilization } },
});

function hpa(spec: Settings): Settings {
  return { type: 'hpa', spec };
}

interface Behaviour {
  readonly cpu: number;
  readonly downPods: number;
  readonly downPeriodSeconds: number;
  readonly downWindowSeconds: number;
}

/** Chapter A's autoscaler, with other numbers where they are given; a test holds it against its manifest in the fixtures. */
function askBotHpa({ cpu = 70, downPods = 1, downPeriodSeconds = 120, downWindowSeconds = 300 }: Partial<Behaviour> = {}): Settings {
  return hpa({
    ...bounds,
    metrics: [utilisation('cpu', cpu), utilisation('memory', 80)],
    behavior: {
      scaleUp: { stabilizationWindowSeconds: 60, policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] },
      scaleDown: {
        stabilizationWindowSeconds: downWindowSeconds,
        policies: [{ type: 'Pods', value: downPods, periodSeconds: downPeriodSeconds }],
      },
    },
  });
}

/** Every rule by its name in the ids of variants. */
export const rules = {
  'askbot-hpa': { title: 'chapter A’s HPA', settings: askBotHpa() },
  'hpa-cpu-50': { title: 'chapter A’s HPA at 50 % CPU', settings: askBotHpa({ cpu: 50 }) },
  'hpa-cpu-90': { title: 'chapter A’s HPA at 90 % CPU', settings: askBotHpa({ cpu: 90 }) },
  'fast-in': {
    title: 'chapter A’s HPA, in after 60 s by 4 pods a minute',
    settings: askBotHpa({ downPods: 4, downPeriodSeconds: 60, downWindowSeconds: 60 }),
  },
  'few-large': {
    title: 'chapter A’s HPA over pods four times as large',
    settings: hpa({
      minReplicas: 1,
      maxReplicas: 5,
      metrics: [utilisation('cpu', 70), utilisation('memory', 80)],
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 60, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
        scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Pods', value: 1, periodSeconds: 480 }] },
      },
    }),
  },
  'default-hpa': {
    title: 'chapter B’s HPA, without behaviour of its own',
    settings: hpa({ minReplicas: 2, maxReplicas: 10, metrics: [utilisation('cpu', 70)] }),
  },
  'memory-hpa': { title: 'an HPA on memory alone', settings: hpa({ ...bounds, metrics: [utilisation('memory', 80)] }) },
  ratio: { title: 'chapter C’s ratio rule', settings: { type: 'ratio' } },
  'cpu-10-minutes': { title: 'chapter E: CPU for ten minutes', settings: { type: 'cpu-for-10-minutes', ...bounds } },
  'memory-5-minutes': { title: 'chapter E: memory for five minutes', settings: { type: 'memory-for-5-minutes', ...bounds } },
  'p95-5-minutes': { title: 'chapter E: P95 for five minutes', settings: { type: 'p95-for-5-minutes', ...bounds, targetMs: goalMs } },
  'capacity-80': {
    title: 'chapter E: 80 % of capacity',
    settings: { type: 'capacity-80', ...bounds, capacityPerReplicaPerSecond: capacityPerSecond },
  },
  /** The thresholds of the chapter belong to a replica that carries 5000/s: here they are scaled to one that carries twenty. */
  qps: {
    title: 'chapter E’s QPS rule, scaled to the capacity of a replica',
    settings: { type: 'qps', upAbovePerSecond: capacityPerSecond, downBelowPerSecond: capacityPerSecond / 5 },
  },
  keda: {
    title: 'KEDA on the request rate',
    settings: {
      type: 'keda',
      spec: {
        minReplicaCount: 3,
        maxReplicaCount: 20,
        triggers: [{ type: 'prometheus', metadata: { serverAddress: 'http://prometheus', query: 'requests', threshold: '14' } }],
      },
      metricSources: { requests: 'arrivalsPerSecond' },
    },
  },
  'keda-zero': {
    title: 'KEDA on the request rate, from zero',
    settings: {
      type: 'keda',
      spec: {
        minReplicaCount: 0,
        maxReplicaCount: 20,
        triggers: [{ type: 'prometheus', metadata: { serverAddress: 'http://prometheus', query: 'requests', threshold: '14' } }],
      },
      metricSources: { requests: 'arrivalsPerSecond' },
    },
  },
  knative: {
    title: 'Knative’s KPA on concurrency',
    settings: { type: 'knative-kpa', metric: 'concurrency', target: 40, minScale: 3, maxScale: 20 },
  },
  'target-tracking': { title: 'target tracking on the queue wait', settings: { type: 'target-tracking', ...bounds, targetWaitMs: 100 } },
  predictive: {
    title: 'a forecast by the season',
    settings: {
      type: 'predictive',
      ...bounds,
      capacityPerReplicaPerSecond: capacityPerSecond,
      seasonSeconds: 3_600,
      bucketSeconds: 150,
      leadSeconds: 60,
    },
  },
  scheduled: {
    title: 'by the clock, peak and off-peak',
    settings: {
      type: 'scheduled',
      periodSeconds: 3_600,
      schedule: [
        { atSeconds: 0, replicas: 3 },
        { atSeconds: 600, replicas: 7 },
        { atSeconds: 3_000, replicas: 3 },
      ],
    },
  },
} as const satisfies Record<string, { readonly title: string; readonly settings: Settings }>;
export type RuleId = keyof typeof rules;
