import { parseAllDocuments } from 'yaml';
import type { z } from 'zod';
import type { HpaSpec, MetricSpec } from '../../../autoscaling/hpa/spec.ts';
import { type ScalingRuleSettings, scalingRuleSchema } from '../../../autoscaling/index.ts';
import { externalTriggers, type ScaledObjectSpec } from '../../../autoscaling/keda/spec.ts';
import { type Autoscaler, readAutoscaler } from '../../../autoscaling/manifests/autoscaler.ts';
import { type MetricSources, metricSourcesSchema } from '../../../autoscaling/rules/observed-metric.ts';
import { Failure } from '../../../contract/failure.ts';
import { nearest, parseOrFail } from '../../../contract/parse.ts';
import type { SimulatedGoal } from '../../../contract/simulation.ts';
import { yamlIn } from './service-times.ts';

type RuleType = ScalingRuleSettings['type'];
/** Of a manifest. */
type AutoscalerSettings = Extract<ScalingRuleSettings, { type: 'hpa' | 'keda' }>;

/** Figures that may stand for a metric of a manifest. */
export const figures = metricSourcesSchema.valueType.options;

interface NamedMetric {
  readonly path: string;
  readonly name: string;
}

/** A metric that no replica of the simulation has of itself. */
function foreignMetric(metric: MetricSpec, index: number): NamedMetric | undefined {
  const at = (path: string, name: string) => ({ path: `spec.metrics[${index}].${path}`, name });
  switch (metric.type) {
    case 'Pods':
      return at('pods.metric.name', metric.pods.metric.name);
    case 'Object':
      return at('object.metric.name', metric.object.metric.name);
    case 'External':
      return at('external.metric.name', metric.external.metric.name);
    case 'Resource':
    case 'ContainerResource':
      return undefined;
  }
}

/** Resources other than those two are nobody's in the simulation. */
function foreignResources({ metrics }: HpaSpec, file: string): void {
  for (const [index, metric] of metrics.entries()) {
    const field = metric.type === 'Resource' ? 'resource' : 'containerResource';
    const name =
      metric.type === 'Resource' ? metric.resource.name : metric.type === 'ContainerResource' ? metric.containerResource.name : 'cpu';
    if (name !== 'cpu' && name !== 'memory') {
      throw new Failure(
        'configuration',
        'resource_not_simulated',
        `${file}, spec.metrics[${index}].${field}.name: is "${name}", and replicas that are simulated use cpu and memory only`,
        { hint: 'leave this metric out, or scale on cpu or memory' },
      );
    }
  }
}

/** Metrics of a manifest for which a figure has to stand; lists and queues have theirs without being told. */
function foreignMetrics(autoscaler: Autoscaler): NamedMetric[] {
  if (autoscaler.kind === 'HorizontalPodAutoscaler') {
    return (autoscaler.spec as HpaSpec).metrics.flatMap((metric, index) => foreignMetric(metric, index) ?? []);
  }
  return externalTriggers(autoscaler.spec as ScaledObjectSpec)
    .filter(({ isQueue }) => !isQueue)
    .map(({ source, metricName }) => ({ path: `spec.triggers[${/\d+/.exec(metricName)?.[0]}]`, name: source }));
}

/** Every name that `--metric` may give a figure to. */
function knownMetrics(autoscaler: Autoscaler): string[] {
  return autoscaler.kind === 'HorizontalPodAutoscaler'
    ? foreignMetrics(autoscaler).map(({ name }) => name)
    : externalTriggers(autoscaler.spec as ScaledObjectSpec).map(({ source }) => source);
}

/** A rule that was read, and what its author calls it. */
export interface ReadRule {
  /** Such as `HPA rag-service`. */
  readonly title: string;
  readonly settings: ScalingRuleSettings;
  /** Metrics that it names; a figure for any other is a slip. */
  readonly metrics: readonly string[];
}

/**
 * A HorizontalPodAutoscaler or a ScaledObject as a rule. Throws `Failure` (78): what `readAutoscaler` refuses, and metrics that
 * nothing stands for, without which the rule would be blind.
 */
export function readAutoscalerRule(
  text: string,
  file: string,
  metricSources: MetricSources,
): ReadRule & { readonly settings: AutoscalerSettings } {
  const autoscaler = readAutoscaler(text, file);
  const unknown = foreignMetrics(autoscaler).filter(({ name }) => metricSources[name] === undefined);
  const [first] = unknown;
  if (first !== undefined) {
    throw new Failure(
      'configuration',
      'metric_without_source',
      `${file} scales on what no simulated replica tells of itself:\n${unknown.map(({ path, name }) => `  ${path}: "${name}"`).join('\n')}`,
      { hint: `say which figure stands for it: --metric '${first.name}=arrivalsPerSecond', or one of ${figures.slice(1).join(', ')}` },
    );
  }
  const metrics = knownMetrics(autoscaler);
  // What other manifests of the same command name is none of this one's business.
  const own = Object.fromEntries(Object.entries(metricSources).filter(([name]) => metrics.includes(name)));
  if (autoscaler.kind === 'HorizontalPodAutoscaler') {
    foreignResources(autoscaler.spec as HpaSpec, file);
    const settings = { type: 'hpa' as const, spec: autoscaler.spec as HpaSpec, metricSources: own };
    return { title: `HPA ${autoscaler.metadata.name}`, settings, metrics };
  }
  const settings = { type: 'keda' as const, spec: autoscaler.spec as ScaledObjectSpec, metricSources: own };
  return { title: `ScaledObject ${autoscaler.metadata.name}`, settings, metrics };
}

/** A manifest, or the settings of any rule with their `type`, in YAML or JSON. Throws `Failure` (78) with every problem. */
export function readRule(text: string, file: string, metricSources: MetricSources): ReadRule {
  // Several documents are nobody's settings, and the reader of manifests says so.
  if (parseAllDocuments(text).length > 1) {
    return readAutoscalerRule(text, file, metricSources);
  }
  const value = yamlIn(text, file);
  const isSettings = typeof value === 'object' && value !== null && 'type' in value && !('kind' in value);
  if (!isSettings) {
    return readAutoscalerRule(text, file, metricSources);
  }
  const settings = parseOrFail<z.ZodType<ScalingRuleSettings>>(scalingRuleSchema, value, file);
  return { title: settings.type, settings, metrics: [] };
}

/** How few and how many replicas a rule asks for at most. */
export interface Bounds {
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** Only KEDA goes to zero. */
const atLeastOne = ({ minReplicas, maxReplicas }: Bounds): Bounds => ({ minReplicas: Math.max(1, minReplicas), maxReplicas });

/** What a rule that is only named takes from the run: it goes as far as the user's own. */
export interface RuleSetting {
  readonly bounds: Bounds;
  readonly initialReplicas: number;
  readonly goal: SimulatedGoal;
  /** Requests that one replica has in hand. */
  readonly concurrency: number;
  /** What one replica serves within the goal, requests per second. */
  readonly capacityPerReplicaPerSecond: number;
}

/** Settings of a rule that is named and nothing more, or why a name is not enough. */
type ByName = ((setting: RuleSetting) => z.input<typeof scalingRuleSchema>) | string;

const byName: Record<RuleType, ByName> = {
  hpa: ({ bounds }) => ({ type: 'hpa', spec: bounds }),
  keda: 'it has no triggers of its own: name the file of a ScaledObject',
  'knative-kpa': ({ bounds, concurrency }) => ({
    type: 'knative-kpa',
    minScale: bounds.minReplicas,
    maxScale: bounds.maxReplicas,
    // As a revision with a containerConcurrency; its default of 100 may be more than a replica ever has.
    target: Math.min(100, concurrency),
  }),
  ratio: ({ bounds }) => ({ type: 'ratio', maxReplicas: bounds.maxReplicas }),
  qps: () => ({ type: 'qps' }),
  'p95-for-5-minutes': ({ bounds, goal }) => ({ type: 'p95-for-5-minutes', ...bounds, targetMs: goal.responseMs }),
  'cpu-for-10-minutes': ({ bounds }) => ({ type: 'cpu-for-10-minutes', ...bounds }),
  'memory-for-5-minutes': ({ bounds }) => ({ type: 'memory-for-5-minutes', ...bounds }),
  'capacity-80': ({ bounds, capacityPerReplicaPerSecond }) => ({ type: 'capacity-80', ...bounds, capacityPerReplicaPerSecond }),
  static: ({ initialReplicas }) => ({ type: 'static', replicas: Math.max(1, initialReplicas) }),
  scheduled: 'it has no schedule of its own: write {type: scheduled, schedule: [{atSeconds: 0, replicas: 3}, …]} to a file and name that',
  // A tenth of the goal may be spent waiting.
  'target-tracking': ({ bounds, goal }) => ({ type: 'target-tracking', ...bounds, targetWaitMs: goal.responseMs / 10 }),
  predictive: ({ bounds, capacityPerReplicaPerSecond }) => ({ type: 'predictive', ...bounds, capacityPerReplicaPerSecond }),
};

export const ruleNames = Object.keys(byName) as RuleType[];

/** Whether a word names a rule and no file. */
export function isRuleName(word: string): word is RuleType {
  return (ruleNames as string[]).includes(word);
}

/** The rule of that name with the settings that its source leaves open taken from the run. Throws `Failure` (78) where a name is not enough. */
export function ruleNamed(name: RuleType, setting: RuleSetting): ScalingRuleSettings {
  const make = byName[name];
  if (typeof make === 'string') {
    throw new Failure('configuration', 'rule_needs_settings', `--against ${name} is not enough`, { hint: make });
  }
  return scalingRuleSchema.parse(make({ ...setting, bounds: atLeastOne(setting.bounds) }));
}

/** How far an autoscaler may go; rules that are only named go as far. */
export function boundsOf(settings: AutoscalerSettings): Bounds {
  return settings.type === 'hpa'
    ? { minReplicas: settings.spec.minReplicas ?? 1, maxReplicas: settings.spec.maxReplicas }
    : { minReplicas: settings.spec.minReplicaCount, maxReplicas: settings.spec.maxReplicaCount };
}

/** Refuses a figure for a metric that no manifest names (78). */
export function mustBeNamed(metricSources: MetricSources, rules: readonly ReadRule[]): void {
  const known = [...new Set(rules.flatMap(({ metrics }) => metrics))];
  for (const name of Object.keys(metricSources)) {
    if (!known.includes(name)) {
      const suggestion = nearest(name, known);
      throw new Failure('configuration', 'unknown_metric', `--metric names "${name}", which no autoscaler scales on`, {
        hint: `${suggestion === undefined ? '' : `did you mean "${suggestion}"? `}${known.length === 0 ? 'none of them needs --metric' : `known: ${known.join(', ')}`}`,
      });
    }
  }
}
