import type { Observation, PodObservation, ScalingRule } from '../scaling-rule.ts';

const longAgoMs = -3_600_000;

/** `count` ready pods that use `cpu` and `memory` of what they request (100m, 100 bytes), sampled at `nowMs`. */
export function readyPodsUsing(count: number, use: { readonly cpu?: number; readonly memory?: number }, nowMs = 0): PodObservation[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `pod-${index}`,
    phase: 'Running',
    deleting: false,
    ready: true,
    startedAtMs: longAgoMs,
    readyChangedAtMs: longAgoMs,
    requests: { cpuMillicores: 100, memoryBytes: 100 },
    sample: { takenAtMs: nowMs, windowMs: 15_000, cpuMillicores: 100 * (use.cpu ?? 0), memoryBytes: 100 * (use.memory ?? 0) },
  }));
}

/** An observation of `replicas` ready pods with nothing to do, changed as told. */
export function observation(
  replicas: number,
  changes: Partial<Observation> & { readonly cpu?: number; readonly memory?: number } = {},
): Observation {
  const { cpu = 0, memory = 0, ...more } = changes;
  return {
    replicas,
    pods: readyPodsUsing(replicas, { cpu, memory }),
    arrivalsPerSecond: 0,
    meanConcurrency: 0,
    queueLength: 0,
    ...more,
  };
}

export interface Step {
  readonly atMs: number;
  readonly replicas: number;
  readonly reason: string;
  readonly signals: Readonly<Record<string, number>>;
}

/**
 * Drives a rule over a load, every replica ready at once. `load` gives the observation for the replicas that there are; the result has
 * one step per decision.
 */
export function driven(
  rule: ScalingRule,
  from: number,
  decisions: number,
  load: (replicas: number, nowMs: number, index: number) => Observation,
  startMs = 0,
): Step[] {
  const steps: Step[] = [];
  let state = rule.initialState;
  let replicas = from;
  for (let index = 0; index < decisions; index += 1) {
    const atMs = startMs + index * rule.intervalMs;
    const decision = rule.decide(load(replicas, atMs, index), state, atMs);
    state = decision.state;
    replicas = decision.desiredReplicas;
    steps.push({ atMs, replicas, reason: decision.reason, signals: decision.signals ?? {} });
  }
  return steps;
}
