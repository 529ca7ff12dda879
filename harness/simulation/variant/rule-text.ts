import type { ScalingRuleSettings } from '../../autoscaling/index.ts';
import type { SimulatedVariant } from '../../contract/simulation.ts';

type RuleType = ScalingRuleSettings['type'];
type SettingsOf<T extends RuleType> = Extract<ScalingRuleSettings, { type: T }>;
type HpaSpec = SettingsOf<'hpa'>['spec'];
type Behavior = NonNullable<HpaSpec['behavior']>;

const percent = (share: number) => `${Number((share * 100).toPrecision(3))} %`;
const between = ({ minReplicas, maxReplicas }: { readonly minReplicas: number; readonly maxReplicas: number }) =>
  `${minReplicas} to ${maxReplicas}`;

function metricText(metric: HpaSpec['metrics'][number]): string {
  const targetText = ({
    averageUtilization,
    averageValue,
    value,
  }: {
    averageUtilization?: number | undefined;
    averageValue?: string | undefined;
    value?: string | undefined;
  }) => (averageUtilization === undefined ? (averageValue === undefined ? `${value}` : `${averageValue} each`) : `${averageUtilization} %`);
  switch (metric.type) {
    case 'Resource':
      return `${metric.resource.name} ${targetText(metric.resource.target)}`;
    case 'ContainerResource':
      return `${metric.containerResource.name} ${targetText(metric.containerResource.target)}`;
    case 'Pods':
      return `${metric.pods.metric.name} ${targetText(metric.pods.target)}`;
    case 'Object':
      return `${metric.object.metric.name} ${targetText(metric.object.target)}`;
    case 'External':
      return `${metric.external.metric.name} ${targetText(metric.external.target)}`;
  }
}

function directionText(direction: 'up' | 'down', rules: Behavior['scaleUp']): string[] {
  if (rules === undefined) {
    return [];
  }
  const { selectPolicy, policies = [], stabilizationWindowSeconds } = rules;
  if (selectPolicy === 'Disabled') {
    return [`never ${direction}`];
  }
  const limits = policies.map(({ type, value, periodSeconds }) => `${value}${type === 'Pods' ? '' : ' %'} per ${periodSeconds} s`);
  return [
    `${direction}${limits.length === 0 ? '' : ` by ${limits.join(selectPolicy === 'Min' ? ' and ' : ' or ')}`}${stabilizationWindowSeconds === undefined ? '' : ` after ${stabilizationWindowSeconds} s`}`,
  ];
}

function behaviorText(behavior: Behavior | undefined): string[] {
  const { scaleUp, scaleDown } = behavior ?? {};
  const texts = [...directionText('up', scaleUp), ...directionText('down', scaleDown)];
  return texts.length === 0 ? ['without behaviour of its own'] : texts;
}

function sustainedText({
  step,
  scaleIn,
}: {
  readonly step: number;
  readonly scaleIn?: { readonly below: number; readonly forSeconds: number } | undefined;
}): string {
  return `then + ${step}${scaleIn === undefined ? ', never in' : `; in below ${scaleIn.below} for ${scaleIn.forSeconds} s`}`;
}

const texts: { readonly [T in RuleType]: (settings: SettingsOf<T>) => string } = {
  hpa: ({ spec }) =>
    `Kubernetes HPA, ${spec.minReplicas ?? 1} to ${spec.maxReplicas} replicas, ${spec.metrics.map(metricText).join(', ')}; ${behaviorText(spec.behavior).join('; ')}`,
  keda: ({ spec }) =>
    `KEDA, ${spec.minReplicaCount} to ${spec.maxReplicaCount} replicas, ${spec.triggers.map(({ type }) => type).join(', ')}; polled every ${spec.pollingInterval} s, cool-down ${spec.cooldownPeriod} s`,
  'knative-kpa': ({ metric, target, targetUtilizationPercentage, minScale, maxScale, stableWindowSeconds }) =>
    `Knative KPA, ${minScale} to ${maxScale === 0 ? 'any number of' : maxScale} replicas, ${target ?? (metric === 'rps' ? 200 : 100)} ${metric === 'rps' ? 'requests/s' : 'at a time'} each at ${targetUtilizationPercentage} %, stable window ${stableWindowSeconds} s`,
  ratio: ({ cpuHigh, factor, queueHigh, add, cpuLow, floor, intervalSeconds }) =>
    `ratio rule, every ${intervalSeconds} s: CPU above ${percent(cpuHigh)} × ${factor}, else more than ${queueHigh} waiting + ${add}, else CPU below ${percent(cpuLow)} − 1 down to ${floor}`,
  qps: ({ upAbovePerSecond, downBelowPerSecond, upReplicas, downReplicas }) =>
    `QPS rule: above ${upAbovePerSecond}/s up to ${upReplicas}, below ${downBelowPerSecond}/s down to ${downReplicas}`,
  'p95-for-5-minutes': (settings) =>
    `p95 above ${settings.factor} × ${settings.targetMs} ms for ${settings.forSeconds} s, ${sustainedText(settings)}; ${between(settings)} replicas`,
  'cpu-for-10-minutes': (settings) =>
    `CPU above ${percent(settings.above)} for ${settings.forSeconds} s, ${sustainedText(settings)}; ${between(settings)} replicas`,
  'memory-for-5-minutes': (settings) =>
    `memory above ${percent(settings.above)} for ${settings.forSeconds} s, ${sustainedText(settings)}; ${between(settings)} replicas`,
  'capacity-80': (settings) =>
    `rate above ${percent(settings.share)} of ${settings.capacityPerReplicaPerSecond}/s per replica; in after ${settings.scaleInAfterSeconds} s; ${between(settings)} replicas`,
  static: ({ replicas }) => `${replicas} ${replicas === 1 ? 'replica' : 'replicas'}, always`,
  scheduled: ({ schedule, periodSeconds }) =>
    `by the clock, every ${periodSeconds} s: ${schedule.map(({ atSeconds, replicas }) => `${replicas} from ${atSeconds} s`).join(', ')}`,
  'target-tracking': (settings) =>
    `queue wait near ${settings.targetWaitMs} ms; out at most × ${settings.maxGrowth} per ${settings.scaleOutCooldownSeconds} s, in by 1 per ${settings.scaleInCooldownSeconds} s; ${between(settings)} replicas`,
  predictive: (settings) =>
    `forecast ${settings.leadSeconds} s ahead by a season of ${settings.seasonSeconds} s, at ${percent(settings.targetUtilisation)} of ${settings.capacityPerReplicaPerSecond}/s per replica; ${between(settings)} replicas`,
};

/** A rule in a few words, with its settings. */
export function ruleText<T extends RuleType>(settings: SettingsOf<T>): string {
  return texts[settings.type as T](settings);
}

type Bound = Exclude<SimulatedVariant['controller']['by'], 'rule'>;

/** What scales where no rule does. */
export const boundTexts: Record<Bound, string> = {
  'static-at-peak': 'as many as the peak needs, always (bound)',
  clairvoyant: 'knows the load beforehand: never one too few, as few as that allows (bound)',
  timetable: 'by a timetable',
};
