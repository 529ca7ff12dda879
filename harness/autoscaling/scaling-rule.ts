/**
 * What every autoscaling rule is: a pure function of what it sees, what it remembers and the time. The live controller and the
 * simulation drive the same rules.
 */

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** The latest sample of one pod, as a metrics server would hand it out. */
export interface PodSample {
  /** The end of the window over which the usage was averaged. */
  readonly takenAtMs: number;
  readonly windowMs: number;
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
  /** Custom metrics of this pod by name, such as `http_requests_per_second`; resolved to 1/1000. */
  readonly metrics?: Readonly<Record<string, number>>;
}

export interface PodObservation {
  readonly name: string;
  readonly phase: PodPhase;
  /** Asked to end, but still there. */
  readonly deleting: boolean;
  readonly ready: boolean;
  /** When the kubelet accepted the pod; absent while it is not scheduled. */
  readonly startedAtMs?: number;
  /** When `ready` last changed; absent before there is a Ready condition. */
  readonly readyChangedAtMs?: number;
  /** Absent where there is no sample of this pod yet. */
  readonly sample?: PodSample;
  readonly requests: { readonly cpuMillicores: number; readonly memoryBytes: number };
}

/**
 * What a rule sees at one instant. Rates, means and percentiles are over the time since the previous observation of the same
 * rule; a figure without samples is absent, never 0.
 */
export interface Observation {
  /** How many replicas are asked for now (`spec.replicas` of the scale); those that run may lag behind. */
  readonly replicas: number;
  /** Every pod that exists, whatever its phase. */
  readonly pods: readonly PodObservation[];
  /** Offered load, whether it was served or not. */
  readonly arrivalsPerSecond: number;
  /** Mean number of requests in the tier, waiting or served. */
  readonly meanConcurrency: number;
  /** Requests waiting at this instant. */
  readonly queueLength: number;
  /** Mean wait of the requests whose service began. */
  readonly queueWaitMs?: number;
  /** Of the requests that ended, from their intended start. */
  readonly p95ResponseTimeMs?: number;
  /** Values of Object and External metrics by name, over all replicas. */
  readonly metrics?: Readonly<Record<string, number>>;
}

export interface ScalingDecision<State> {
  /** What the scale is set to; the same as `observation.replicas` where nothing changes. */
  readonly desiredReplicas: number;
  /** A stable word in CamelCase, such as `DesiredWithinRange`. */
  readonly reason: string;
  /** What is remembered until the next decision. Never mutated. */
  readonly state: State;
  /** The figures on which the decision rests, by name with the unit last; for reports. */
  readonly signals?: Readonly<Record<string, number>>;
}

/**
 * One rule with its settings filled in. To add one: a file in `rules/` that makes a `ScalingRule`, its settings in
 * `settings.ts`, and its line in `index.ts`, which does not compile without.
 */
export interface ScalingRule<State = unknown> {
  /** Time between two decisions. */
  readonly intervalMs: number;
  /** The memory of a rule that has seen nothing. */
  readonly initialState: State;
  decide(observation: Observation, state: State, nowMs: number): ScalingDecision<State>;
}
