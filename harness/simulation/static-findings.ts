import type { Trace } from '../arrivals/trace/trace-request.ts';
import type { HpaSpec, MetricSpec } from '../autoscaling/hpa/spec.ts';
import { type ScalingRuleSettings, scalingRuleSchema } from '../autoscaling/index.ts';
import { externalTriggers, hpaSpecOf } from '../autoscaling/keda/spec.ts';
import { type StaticFinding, staticFindings } from '../autoscaling/static-checks.ts';
import { arrivalSettings } from '../contract/arrivals.ts';
import type { SimulatedSystem, SimulatedVariant } from '../contract/simulation.ts';
import { meanServiceMs } from './draws.ts';
import { scrapeMs } from './metrics-server.ts';
import { rateSpans } from './variant/demand.ts';

type Figure = NonNullable<Extract<ScalingRuleSettings, { type: 'hpa' }>['metricSources'][string]>;

/** The HPA that decides, and by the name of its metrics the figure that stands for each. */
interface Checked {
  readonly spec: HpaSpec;
  readonly figures: Readonly<Record<string, Figure>>;
  /** Paths of the HPA as the author of the manifest knows them. */
  readonly pathOf: (path: string) => string;
}

function metricName(metric: MetricSpec): string | undefined {
  switch (metric.type) {
    case 'Pods':
      return metric.pods.metric.name;
    case 'Object':
      return metric.object.metric.name;
    case 'External':
      return metric.external.metric.name;
    case 'Resource':
    case 'ContainerResource':
      return undefined;
  }
}

/** What KEDA makes an HPA of, by the path there. */
const kedaPaths: readonly (readonly [RegExp, string])[] = [
  [/^metrics\[/, 'triggers['],
  [/^behavior\./, 'advanced.horizontalPodAutoscalerConfig.behavior.'],
  [/^maxReplicas$/, 'maxReplicaCount'],
];

/** Only what Kubernetes' HPA decides can be checked: the other rules have neither metrics by name nor windows. */
function checkedOf(settings: ScalingRuleSettings): Checked | undefined {
  if (settings.type === 'hpa') {
    return { spec: settings.spec, figures: settings.metricSources, pathOf: (path) => path };
  }
  if (settings.type !== 'keda') {
    return undefined;
  }
  const figures = externalTriggers(settings.spec).flatMap(({ metricName: name, source, isQueue }) => {
    const figure = settings.metricSources[source] ?? (isQueue ? 'queueLength' : undefined);
    return figure === undefined ? [] : [[name, figure] as const];
  });
  return {
    spec: hpaSpecOf(settings.spec),
    figures: Object.fromEntries(figures),
    pathOf: (path) => kedaPaths.reduce((text, [from, to]) => text.replace(from, to), path),
  };
}

/** Own work of a replica for one request, on average. */
function ownWorkMs({ query: { prepare, finish } }: SimulatedSystem): number {
  return meanServiceMs(prepare) + meanServiceMs(finish);
}

/** The least mean time for which a request holds a slot: nothing waits, and every answer that may be found is found. */
function leastHoldMs(system: SimulatedSystem): number {
  const { answerCache, embed, vector, provider } = system;
  const { content } = answerCache ?? {};
  const mostHits = content === undefined ? 0 : content.model === 'hit-ratio' ? content.hitRatio : 1 - content.keys.neverRepeatedShare;
  const lookupMs = answerCache === undefined ? 0 : meanServiceMs(answerCache.lookup);
  const answerMs = meanServiceMs(embed) + meanServiceMs(vector.serviceTime) + meanServiceMs(provider.generate);
  return ownWorkMs(system) + lookupMs + (1 - mostHits) * answerMs;
}

/** The highest rate of a load; `undefined` of a recording that is not at hand. */
function peakRate({ load, seconds }: Pick<SimulatedVariant, 'load' | 'seconds'>, trace: Trace | undefined): number | undefined {
  return arrivalSettings(load.arrivals).process === 'trace' && trace === undefined
    ? undefined
    : Math.max(...rateSpans(load, seconds, trace).map(({ ratePerSecond }) => ratePerSecond));
}

function byMetric(names: readonly string[], { figures }: Checked, values: Partial<Record<Figure, number>>): Record<string, number> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const figure = figures[name];
      const value = figure === undefined ? undefined : values[figure];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/**
 * What contradicts itself between the autoscaler of a variant, its system and its load, before anything is simulated; empty where
 * nothing does, and for rules that are no autoscaler of Kubernetes. Throws `ZodError` on settings that are none.
 */
export function staticFindingsOf({ system, load, seconds, controller }: SimulatedVariant, trace?: Trace): StaticFinding[] {
  const checked = controller.by === 'rule' ? checkedOf(scalingRuleSchema.parse(controller.settings)) : undefined;
  if (checked === undefined) {
    return [];
  }
  const { query } = system;
  const { loadSeconds, warmUpSeconds } = query.startUp;
  const inHand = query.concurrency + query.queueLimit;
  const peakPerSecond = peakRate({ load, seconds }, trace);
  const names = checked.spec.metrics.flatMap((metric) => metricName(metric) ?? []);
  const holdMs = leastHoldMs(system);
  return staticFindings({
    spec: checked.spec,
    requests: query.requests,
    ceilingPerReplica: {
      // With every slot taken it does no more than its slots let through.
      cpu: Math.min(query.cores, (query.concurrency * ownWorkMs(system)) / holdMs),
      memory: query.memory.baseBytes + query.memory.bytesPerRequest * inHand,
      ...byMetric(names, checked, { meanConcurrency: inHand, queueLength: query.queueLimit }),
    },
    ...(peakPerSecond !== undefined && {
      expectedPeak: {
        cpu: (peakPerSecond * ownWorkMs(system)) / 1000,
        ...byMetric(names, checked, { arrivalsPerSecond: peakPerSecond, meanConcurrency: (peakPerSecond * holdMs) / 1000 }),
      },
    }),
    scrapeIntervalSeconds: scrapeMs / 1000,
    warmUpSeconds: loadSeconds + warmUpSeconds,
    readyAfterSeconds: loadSeconds,
  }).map((finding) => ({ ...finding, path: checked.pathOf(finding.path) }));
}
