import { z } from 'zod';
import { type ControllerSettings, controllerDefaults } from '../hpa/constants.ts';
import { decide, type HpaHistory, type Outcome } from '../hpa/decide.ts';
import type { NamedProposal } from '../hpa/propose.ts';
import type { HpaPod, MetricFailure, MetricSource, PodMetric, PodMetrics } from '../hpa/sample.ts';
import { type HpaSpec, hpaSpecSchema } from '../hpa/spec.ts';
import type { Observation, PodObservation, ScalingRule } from '../scaling-rule.ts';
import { type MetricSources, metricSourcesSchema, observedMetric } from './observed-metric.ts';

/** The Kubernetes HPA (autoscaling/v2), with the defaults of its controller. */
export const hpaSettingsSchema = z.strictObject({
  type: z.literal('hpa'),
  spec: hpaSpecSchema,
  metricSources: metricSourcesSchema.default({}),
});

const milli = (value: number): bigint => BigInt(Math.round(value * 1000));

function requestMilli({ requests }: PodObservation, resource: string): bigint | undefined {
  switch (resource) {
    case 'cpu':
      return BigInt(Math.round(requests.cpuMillicores));
    case 'memory':
      return milli(requests.memoryBytes);
    default:
      return undefined;
  }
}

function hpaPod(pod: PodObservation): HpaPod {
  const { name, phase, deleting, ready, startedAtMs, readyChangedAtMs } = pod;
  return {
    name,
    phase,
    deleting,
    ...(readyChangedAtMs !== undefined && { ready: { status: ready ? 'True' : 'False', changedAtMs: readyChangedAtMs } }),
    ...(startedAtMs !== undefined && { startedAtMs }),
    requestMilli: (resource) => requestMilli(pod, resource),
  };
}

type Sample = NonNullable<PodObservation['sample']>;

function samplesBy({ pods }: Observation, read: (sample: Sample) => bigint | undefined): PodMetrics | MetricFailure {
  const samples = new Map<string, PodMetric>();
  for (const { name, sample } of pods) {
    const valueMilli = sample === undefined ? undefined : read(sample);
    if (sample !== undefined && valueMilli !== undefined) {
      samples.set(name, { valueMilli, takenAtMs: sample.takenAtMs, windowMs: sample.windowMs });
    }
  }
  return samples.size === 0 ? { failure: 'no metrics returned: no pod has a sample' } : samples;
}

function ofResource(resource: string): (sample: Sample) => bigint | undefined {
  return ({ cpuMillicores, memoryBytes }) => {
    switch (resource) {
      case 'cpu':
        // A metrics server that rounds down would let a little usage disappear.
        return BigInt(Math.ceil(cpuMillicores));
      case 'memory':
        return milli(memoryBytes);
      default:
        return undefined;
    }
  };
}

/** Reads an observation as the metrics APIs would tell it. The pods of a tier have one container, whatever it is called. */
function observedSource(observation: Observation, sources: MetricSources): MetricSource {
  const sampled = observation.pods.filter(({ sample }) => sample !== undefined).length;
  return {
    podMetrics(metric) {
      switch (metric.type) {
        case 'Resource':
          return samplesBy(observation, ofResource(metric.resource.name));
        case 'ContainerResource':
          return samplesBy(observation, ofResource(metric.containerResource.name));
        case 'Pods': {
          const { name } = metric.pods.metric;
          const total = observedMetric(observation, name, sources);
          const share = total === undefined ? undefined : milli(total / sampled);
          return samplesBy(observation, ({ metrics }) => (metrics?.[name] === undefined ? share : milli(metrics[name])));
        }
        case 'Object':
        case 'External':
          throw new TypeError(`${metric.type} metrics have no samples per pod`);
      }
    },
    values(metric) {
      const name = metric.type === 'Object' ? metric.object.metric.name : metric.type === 'External' ? metric.external.metric.name : '';
      const value = observedMetric(observation, name, sources);
      return value === undefined ? { failure: `nothing tells the metric ${name}` } : [milli(value)];
    },
  };
}

/** Pods that exist and are not on their way out: what `status.replicas` of the scale counts. */
function existing({ pods }: Observation): number {
  return pods.filter(({ deleting, phase }) => !deleting && phase !== 'Failed' && phase !== 'Succeeded').length;
}

function reasonOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'disabled':
      return 'ScalingDisabled';
    case 'out-of-bounds':
    case 'invalid-metrics':
      return outcome.reason;
    case 'computed':
      return outcome.isLimited ? outcome.limit : (outcome.stabilizedBy ?? outcome.limit);
  }
}

function signalsOf(proposals: readonly NamedProposal[], outcome: Outcome): Record<string, number> {
  return {
    ...Object.fromEntries(
      proposals.flatMap((proposal) => ('failure' in proposal ? [] : [[`${proposal.metric}: replicas`, proposal.replicas]])),
    ),
    ...(outcome.kind === 'computed' && { recommendedReplicas: outcome.recommended, stabilizedReplicas: outcome.stabilized }),
  };
}

/** The rule itself, for a controller of its own and for the one that KEDA makes. */
export function hpaDecision(
  observation: Observation,
  history: HpaHistory,
  nowMs: number,
  { spec, metricSources }: { readonly spec: HpaSpec; readonly metricSources: MetricSources },
  settings: ControllerSettings = controllerDefaults,
) {
  const {
    desiredReplicas,
    outcome,
    proposals,
    history: remembered,
  } = decide(
    {
      spec,
      specReplicas: observation.replicas,
      statusReplicas: existing(observation),
      pods: observation.pods.map(hpaPod),
      source: observedSource(observation, metricSources),
      settings,
      nowMs,
    },
    history,
  );
  return { desiredReplicas, reason: reasonOf(outcome), history: remembered, signals: signalsOf(proposals, outcome) };
}

export const noHistory: HpaHistory = { recommendations: [], events: [] };

export function hpaRule(settings: z.output<typeof hpaSettingsSchema>): ScalingRule<HpaHistory> {
  return {
    intervalMs: controllerDefaults.syncPeriodMs,
    initialState: noHistory,
    decide(observation, state, nowMs) {
      const { history, ...decision } = hpaDecision(observation, state, nowMs, settings);
      return { ...decision, state: history };
    },
  };
}
