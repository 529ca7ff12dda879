import type { ControllerSettings } from './hpa/constants.ts';
import { controllerDefaults } from './hpa/constants.ts';
import { milliValue } from './hpa/quantity.ts';
import type { HpaSpec, MetricSpec } from './hpa/spec.ts';

/** What is known of the replicas and of the load before anything runs. All of it is optional: what is not known is not checked. */
export interface AutoscalerSetup {
  readonly spec: HpaSpec;
  readonly requests?: { readonly cpuMillicores?: number; readonly memoryBytes?: number };
  readonly limits?: { readonly cpuMillicores?: number; readonly memoryBytes?: number };
  /** The most that one replica can ever show of a metric, by its name: a concurrency limit, for one. */
  readonly ceilingPerReplica?: Readonly<Record<string, number>>;
  /** What the peak is expected to bring of a metric over all replicas; `cpu` in cores, `memory` in bytes. */
  readonly expectedPeak?: Readonly<Record<string, number>>;
  readonly scrapeIntervalSeconds?: number;
  /** From the start of a process until it serves at full speed. */
  readonly warmUpSeconds?: number;
  /** The earliest at which a new pod may become ready, after its start. */
  readonly readyAfterSeconds?: number;
  readonly controller?: ControllerSettings;
}

export type StaticCheckId =
  | 'ceiling-below-target'
  | 'target-unreachable'
  | 'window-shorter-than-scrape'
  | 'warm-up-longer-than-cpu-initialization'
  | 'readiness-ignores-warm-up';

export interface StaticFinding {
  readonly check: StaticCheckId;
  /** Where in the spec, such as `metrics[0]`. */
  readonly path: string;
  /** With the values that contradict each other. */
  readonly message: string;
  readonly hint: string;
}

interface Metered {
  readonly name: string;
  readonly resource: boolean;
  readonly averageUtilization: number | undefined;
  readonly averageValue: string | undefined;
  readonly value: string | undefined;
}

function metered(metric: MetricSpec): Metered {
  const of = (
    name: string,
    resource: boolean,
    target: { averageUtilization?: number | undefined; averageValue?: string | undefined; value?: string | undefined },
  ) => ({
    name,
    resource,
    averageUtilization: target.averageUtilization,
    averageValue: target.averageValue,
    value: target.value,
  });
  switch (metric.type) {
    case 'Resource':
      return of(metric.resource.name, true, metric.resource.target);
    case 'ContainerResource':
      return of(metric.containerResource.name, true, metric.containerResource.target);
    case 'Pods':
      return of(metric.pods.metric.name, false, metric.pods.target);
    case 'Object':
      return of(metric.object.metric.name, false, metric.object.target);
    case 'External':
      return of(metric.external.metric.name, false, metric.external.target);
  }
}

/** In cores, bytes or the metric's unit; `undefined` where it is not known or not limited. */
function resourceOf(amounts: AutoscalerSetup['requests'], name: string): number | undefined {
  switch (name) {
    case 'cpu':
      return amounts?.cpuMillicores === undefined ? undefined : amounts.cpuMillicores / 1000;
    case 'memory':
      return amounts?.memoryBytes;
    default:
      return undefined;
  }
}

/** The target per replica in the same unit. A Value target belongs to no replica. */
function targetPerReplica({ name, averageUtilization, averageValue }: Metered, { requests }: AutoscalerSetup): number | undefined {
  if (averageValue !== undefined) {
    return Number(milliValue(averageValue)) / 1000;
  }
  const request = resourceOf(requests, name);
  return averageUtilization === undefined || request === undefined ? undefined : (request * averageUtilization) / 100;
}

/** With its unit, where the metric has one. */
function written({ name, resource }: Pick<Metered, 'name' | 'resource'>, value: number): string {
  const [figure, unit] = resource && name === 'memory' ? [value / 2 ** 20, ' MiB'] : [value, resource && name === 'cpu' ? ' cores' : ''];
  return `${Number(figure.toPrecision(4))}${unit}`;
}

/** A replica that saturates before its metric reaches the target never makes the rule add another one. */
function ceilingBelowTarget(setup: AutoscalerSetup): StaticFinding[] {
  const { tolerance } = setup.controller ?? controllerDefaults;
  return setup.spec.metrics.flatMap((metric, index) => {
    const meter = metered(metric);
    const target = targetPerReplica(meter, setup);
    const limit = meter.resource ? resourceOf(setup.limits, meter.name) : undefined;
    const own = setup.ceilingPerReplica?.[meter.name];
    const ceiling = limit === undefined || own === undefined ? (limit ?? own) : Math.min(limit, own);
    // Up to the tolerance above the target nothing happens either.
    return target === undefined || ceiling === undefined || ceiling > target * (1 + tolerance)
      ? []
      : [
          {
            check: 'ceiling-below-target' as const,
            path: `metrics[${index}]`,
            message: `one replica shows at most ${written(meter, ceiling)} of ${meter.name}, and only more than ${written(meter, target * (1 + tolerance))} (target ${written(meter, target)} and tolerance) adds another`,
            hint: 'lower the target, or raise what one replica may use: as it is, this metric never scales out',
          },
        ];
  });
}

/** At the expected peak, even the most replicas stay above the target. */
function targetUnreachable(setup: AutoscalerSetup): StaticFinding[] {
  return setup.spec.metrics.flatMap((metric, index) => {
    const meter = metered(metric);
    const target = targetPerReplica(meter, setup);
    const peak = setup.expectedPeak?.[meter.name];
    // A peak that is a multiple of the target but for floating point needs no further replica.
    const needed = target === undefined || peak === undefined ? 0 : Math.ceil(peak / target - 1e-9);
    return needed <= setup.spec.maxReplicas
      ? []
      : [
          {
            check: 'target-unreachable' as const,
            path: 'maxReplicas',
            message: `is ${setup.spec.maxReplicas}, but the expected peak of ${written(meter, peak ?? 0)}${meter.resource ? ' of' : ''} ${meter.name} needs ${needed} replicas at the target of metrics[${index}]`,
            hint: `raise maxReplicas to ${needed}, or the target`,
          },
        ];
  });
}

/** A window that holds no new sample looks at the same one again and again, and steadies nothing. */
function windowShorterThanScrape({ spec, scrapeIntervalSeconds }: AutoscalerSetup): StaticFinding[] {
  if (scrapeIntervalSeconds === undefined) {
    return [];
  }
  return (['scaleUp', 'scaleDown'] as const).flatMap((direction) => {
    const rules = spec.behavior?.[direction];
    const spans = [
      { path: 'stabilizationWindowSeconds', seconds: rules?.stabilizationWindowSeconds ?? 0 },
      ...(rules?.policies ?? []).map(({ periodSeconds }, index) => ({ path: `policies[${index}].periodSeconds`, seconds: periodSeconds })),
    ];
    return spans
      .filter(({ seconds }) => seconds > 0 && seconds < scrapeIntervalSeconds)
      .map(({ path, seconds }) => ({
        check: 'window-shorter-than-scrape' as const,
        path: `behavior.${direction}.${path}`,
        message: `is ${seconds} s, shorter than the ${scrapeIntervalSeconds} s between two samples`,
        hint: `make it at least ${2 * scrapeIntervalSeconds} s, or sample more often`,
      }));
  });
}

const scalesOnCpu = ({ spec }: AutoscalerSetup): boolean =>
  spec.metrics.some((metric) => metered(metric).resource && metered(metric).name === 'cpu');

/** Once CPU initialisation is over, the CPU that warming up costs looks like load. */
function warmUpLongerThanInitialization(setup: AutoscalerSetup): StaticFinding[] {
  const { cpuInitializationPeriodMs } = setup.controller ?? controllerDefaults;
  const { warmUpSeconds } = setup;
  return warmUpSeconds === undefined || warmUpSeconds * 1000 <= cpuInitializationPeriodMs || !scalesOnCpu(setup)
    ? []
    : [
        {
          check: 'warm-up-longer-than-cpu-initialization',
          path: 'metrics',
          message: `warming up takes ${warmUpSeconds} s, and the CPU of a pod counts after ${cpuInitializationPeriodMs / 1000} s`,
          hint: 'shorten the warm-up, start the controller with a longer --horizontal-pod-autoscaler-cpu-initialization-period, or scale on another metric',
        },
      ];
}

/** A pod that is ready before it is warm takes its share of the load slowly, and its CPU counts. */
function readinessIgnoresWarmUp({ warmUpSeconds, readyAfterSeconds }: AutoscalerSetup): StaticFinding[] {
  return warmUpSeconds === undefined || readyAfterSeconds === undefined || readyAfterSeconds >= warmUpSeconds
    ? []
    : [
        {
          check: 'readiness-ignores-warm-up',
          path: 'readinessProbe',
          message: `a pod may be ready ${readyAfterSeconds} s after its start, and is warm only after ${warmUpSeconds} s`,
          hint: 'let the readiness probe answer only when warm, or add a startupProbe',
        },
      ];
}

const checks: Record<StaticCheckId, (setup: AutoscalerSetup) => StaticFinding[]> = {
  'ceiling-below-target': ceilingBelowTarget,
  'target-unreachable': targetUnreachable,
  'window-shorter-than-scrape': windowShorterThanScrape,
  'warm-up-longer-than-cpu-initialization': warmUpLongerThanInitialization,
  'readiness-ignores-warm-up': readinessIgnoresWarmUp,
};

/** Everything that contradicts itself before anything runs; empty where nothing does. */
export function staticFindings(setup: AutoscalerSetup): StaticFinding[] {
  return Object.values(checks).flatMap((check) => check(setup));
}
