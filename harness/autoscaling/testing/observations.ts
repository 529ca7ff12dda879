import type { Observation, PodObservation, ScalingRule } from '../scaling-rule.ts';

const longAgoMs = -3_600_000;

/** `count` ready pods that request 100m and 100 bytes, and have no samples. */
export function readyPods(count: number): PodObservation[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `pod-${index}`,
    phase: 'Running',
    deleting: false,
    ready: true,
    startedAtMs: longAgoMs,
    readyChangedAtMs: longAgoMs,
    requests: { cpuMillicores: 100, memoryBytes: 100 },
  }));
}

/** The same with samples of `cpu` and `memory`, as shares of what they request. */
function sampledPods(count: number, { cpu, memory }: { readonly cpu: number; readonly memory: number }): PodObservation[] {
  const sample = { takenAtMs: 0, windowMs: 15_000, cpuMillicores: 100 * cpu, memoryBytes: 100 * memory };
  return readyPods(count).map((pod) => ({ ...pod, sample }));
}

/** An observation of `replicas` ready pods with nothing to do, changed as told. */
export function observation(
  replicas: number,
  changes: Partial<Observation> & { readonly cpu?: number; readonly memory?: number } = {},
): Observation {
  const { cpu = 0, memory = 0, ...more } = changes;
  return {
    replicas,
    pods: sampledPods(replicas, { cpu, memory }),
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
