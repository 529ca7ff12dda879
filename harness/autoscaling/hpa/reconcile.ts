import { Conditions } from './conditions.ts';
import { type ControllerSettings, controllerDefaults } from './constants.ts';
import { type Decision, decide } from './decide.ts';
import type { HpaCondition, HpaInput } from './input.ts';
import { hpaPod, kubernetesSource } from './kubernetes-source.ts';
import type { NamedProposal } from './propose.ts';

export interface HpaResult {
  /** What the scale is set to; the number that it asks for already where nothing is changed. */
  readonly desiredReplicas: number;
  /**
   * The one word of Kubernetes that explains the count best: `ScalingDisabled`; `FailedGet<Type>Metric`, when invalid metrics
   * forbade to scale; the reason of ScalingLimited where a limit applied; `ScaleUpStabilized` or `ScaleDownStabilized`; otherwise
   * `DesiredWithinRange`.
   */
  readonly reason: string;
  readonly conditions: readonly HpaCondition[];
  /** To be given back at the next reconciliation. */
  readonly history: {
    readonly recommendations: readonly { readonly timestamp: string; readonly recommendation: number }[];
    readonly scaleEvents: readonly { readonly timestamp: string; readonly replicaChange: number }[];
  };
  /** What every metric asked for, or why it could not. */
  readonly proposals: readonly NamedProposal[];
}

const limitMessages = {
  DesiredWithinRange: 'no limit applies to the desired count',
  ScaleUpLimit: 'the desired count grows faster than may be',
  ScaleDownLimit: 'the desired count shrinks faster than may be',
  TooManyReplicas: 'the desired count is above maxReplicas',
  TooFewReplicas: 'the desired count is below minReplicas',
} as const;

const stabilizedMessages = {
  ScaleUpStabilized: 'the lowest recent recommendation applies, which is below the newest',
  ScaleDownStabilized: 'the highest recent recommendation applies, which is above the newest',
} as const;

/** Sets the conditions in the order in which Kubernetes comes by them, and returns the reason. */
function explain({ desiredReplicas, outcome }: Decision, current: number, conditions: Conditions): string {
  conditions.set('AbleToScale', 'True', 'SucceededGetScale', 'the current scale of the target was read');
  const rescaled = () => {
    if (desiredReplicas !== current) {
      conditions.set('AbleToScale', 'True', 'SucceededRescale', `the target was scaled from ${current} to ${desiredReplicas}`);
    }
  };
  switch (outcome.kind) {
    case 'disabled':
      conditions.set('ScalingActive', 'False', 'ScalingDisabled', 'the target has no replicas, which disables scaling');
      return 'ScalingDisabled';
    case 'out-of-bounds':
      rescaled();
      return outcome.reason;
    case 'invalid-metrics':
      conditions.set('ScalingActive', 'False', outcome.reason, `no count could be computed: ${outcome.metric}: ${outcome.failure}`);
      return outcome.reason;
    case 'computed': {
      const { metric, stabilizedBy, limit, isLimited } = outcome;
      conditions.set('ScalingActive', 'True', 'ValidMetricFound', `a count was computed from ${metric}`);
      if (stabilizedBy === undefined) {
        conditions.set('AbleToScale', 'True', 'ReadyForNewScale', 'recent recommendations do not hold the newest one back');
      } else {
        conditions.set('AbleToScale', 'True', stabilizedBy, stabilizedMessages[stabilizedBy]);
      }
      conditions.set('ScalingLimited', isLimited ? 'True' : 'False', limit, limitMessages[limit]);
      rescaled();
      return isLimited ? limit : (stabilizedBy ?? limit);
    }
  }
}

/** As Kubernetes writes times: without a fraction of a second where there is none. */
const timeText = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/**
 * One reconciliation of a Kubernetes HPA, from and to Kubernetes' own JSON. The clock is `now`; nothing else is read.
 * `input` must be what `hpaInputSchema` gives back.
 */
export function reconcileHpa(input: HpaInput, settings: ControllerSettings = controllerDefaults): HpaResult {
  const { spec, status, scale, pods, metrics, history, now } = input;
  const specReplicas = scale?.spec.replicas ?? status.currentReplicas;
  const decision = decide(
    {
      spec,
      specReplicas,
      statusReplicas: scale?.status.replicas ?? status.currentReplicas,
      pods: pods.map(hpaPod),
      source: kubernetesSource(metrics),
      settings,
      nowMs: Date.parse(now),
    },
    {
      recommendations: history.recommendations.map(({ timestamp, recommendation }) => ({
        atMs: Date.parse(timestamp),
        replicas: recommendation,
      })),
      events: history.scaleEvents.map(({ timestamp, replicaChange }) => ({ atMs: Date.parse(timestamp), change: replicaChange })),
    },
  );
  const conditions = new Conditions(status.conditions ?? [], now);
  const reason = explain(decision, specReplicas, conditions);
  return {
    desiredReplicas: decision.desiredReplicas,
    reason,
    conditions: conditions.list(),
    history: {
      recommendations: decision.history.recommendations.map(({ atMs, replicas }) => ({
        timestamp: timeText(atMs),
        recommendation: replicas,
      })),
      scaleEvents: decision.history.events.map(({ atMs, change }) => ({ timestamp: timeText(atMs), replicaChange: change })),
    },
    proposals: decision.proposals,
  };
}
