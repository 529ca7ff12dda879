import type { ControllerSettings } from './constants.ts';
import { completeRules, type LimitReason, limitByPolicies, limitPlain, recordEvent, type ScaleEvent } from './limit.ts';
import { type NamedProposal, proposals, type Sight } from './propose.ts';
import { type Recommendation, stabilizePlain, stabilizeWithWindows } from './stabilize.ts';

export interface HpaHistory {
  readonly recommendations: readonly Recommendation[];
  readonly events: readonly ScaleEvent[];
}

/** Why the count is what it is, in Kubernetes' words. `metrics` tells of the failure that forbade to scale. */
export type Outcome =
  | { readonly kind: 'disabled' }
  | { readonly kind: 'out-of-bounds'; readonly reason: 'TooManyReplicas' | 'TooFewReplicas' }
  | { readonly kind: 'invalid-metrics'; readonly reason: string; readonly failure: string; readonly metric: string }
  | {
      readonly kind: 'computed';
      readonly metric: string;
      /** What the metrics ask for, and what is left of it after stabilisation. */
      readonly recommended: number;
      readonly stabilized: number;
      readonly stabilizedBy?: 'ScaleUpStabilized' | 'ScaleDownStabilized';
      readonly limit: LimitReason;
      readonly isLimited: boolean;
    };

export interface Decision {
  readonly desiredReplicas: number;
  readonly outcome: Outcome;
  readonly proposals: readonly NamedProposal[];
  readonly history: HpaHistory;
}

/** The highest proposal, or the first failure where the metrics that are left must not be acted on. */
function combined(all: readonly NamedProposal[], current: number): { readonly metric: string; readonly replicas: number } | Outcome {
  let highest: { metric: string; replicas: number } | undefined;
  let failed: Outcome | undefined;
  for (const proposal of all) {
    if ('failure' in proposal) {
      const { reason, failure, metric } = proposal;
      failed ??= { kind: 'invalid-metrics', reason, failure, metric };
    } else if (highest === undefined || proposal.replicas > highest.replicas) {
      highest = { metric: proposal.metric, replicas: Math.max(0, proposal.replicas) };
    }
  }
  if (failed !== undefined && (highest === undefined || highest.replicas < current)) {
    return failed;
  }
  if (highest === undefined) {
    throw new RangeError('the spec has no metrics, which its schema does not let through');
  }
  return highest;
}

function computed(
  { metric, replicas: recommended }: { readonly metric: string; readonly replicas: number },
  { spec, specReplicas: current, settings, nowMs }: Sight,
  history: HpaHistory,
): { readonly replicas: number; readonly outcome: Outcome; readonly recommendations: readonly Recommendation[] } {
  const bounds = { current, minimum: spec.minReplicas ?? 1, maximum: spec.maxReplicas };
  const { behavior } = spec;
  const { downscaleStabilizationMs } = settings;
  if (behavior === undefined) {
    const { replicas, recommendations } = stabilizePlain(recommended, history.recommendations, downscaleStabilizationMs, nowMs);
    const limited = limitPlain(replicas, bounds);
    const outcome: Outcome = {
      kind: 'computed',
      metric,
      recommended,
      stabilized: replicas,
      ...(replicas !== recommended && { stabilizedBy: 'ScaleDownStabilized' }),
      limit: limited.reason,
      isLimited: limited.replicas !== replicas,
    };
    return { replicas: limited.replicas, outcome, recommendations };
  }
  const rules = completeRules(behavior, downscaleStabilizationMs);
  const windows = { upMs: rules.up.stabilizationWindowSeconds * 1000, downMs: rules.down.stabilizationWindowSeconds * 1000 };
  const { replicas, recommendations } = stabilizeWithWindows(current, recommended, history.recommendations, windows, nowMs);
  const limited = limitByPolicies(replicas, bounds, history.events, rules, nowMs);
  const outcome: Outcome = {
    kind: 'computed',
    metric,
    recommended,
    stabilized: replicas,
    ...(replicas !== recommended && { stabilizedBy: recommended >= current ? 'ScaleUpStabilized' : 'ScaleDownStabilized' }),
    limit: limited.reason,
    isLimited: limited.replicas !== replicas,
  };
  return { replicas: limited.replicas, outcome, recommendations };
}

/**
 * One reconciliation of the Kubernetes HPA: what the scale is set to, and what is remembered.
 * Facts: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/ and the controller of Kubernetes 1.33 to 1.35.
 */
export function decide(sight: Sight, before: HpaHistory): Decision {
  const { spec, specReplicas: current, nowMs, settings } = sight;
  const minimum = spec.minReplicas ?? 1;
  // The first sight of an autoscaler counts as a recommendation of what there is, so that a restart changes nothing at once.
  const history: HpaHistory =
    before.recommendations.length > 0 ? before : { ...before, recommendations: [{ atMs: nowMs, replicas: current }] };
  if (current === 0 && minimum !== 0) {
    return { desiredReplicas: current, outcome: { kind: 'disabled' }, proposals: [], history };
  }
  if (current > spec.maxReplicas || current < minimum) {
    const isAbove = current > spec.maxReplicas;
    const desiredReplicas = isAbove ? spec.maxReplicas : minimum;
    const reason = isAbove ? 'TooManyReplicas' : 'TooFewReplicas';
    return {
      desiredReplicas,
      outcome: { kind: 'out-of-bounds', reason },
      proposals: [],
      history: withEvent(history, sight, desiredReplicas, settings),
    };
  }
  const all = proposals(sight);
  const highest = combined(all, current);
  if ('kind' in highest) {
    return { desiredReplicas: current, outcome: highest, proposals: all, history };
  }
  const { replicas, outcome, recommendations } = computed(highest, sight, history);
  return {
    desiredReplicas: replicas,
    outcome,
    proposals: all,
    history: withEvent({ ...history, recommendations }, sight, replicas, settings),
  };
}

/** Only policies look back at events: without `behavior` none is kept. */
function withEvent(
  history: HpaHistory,
  { spec, specReplicas, nowMs }: Sight,
  desired: number,
  { downscaleStabilizationMs }: ControllerSettings,
): HpaHistory {
  if (spec.behavior === undefined || desired === specReplicas) {
    return history;
  }
  const event = { atMs: nowMs, change: desired - specReplicas };
  return { ...history, events: recordEvent(history.events, event, completeRules(spec.behavior, downscaleStabilizationMs)) };
}
