import type { ScalingPolicy, ScalingRules } from './spec.ts';

export interface ScaleEvent {
  readonly atMs: number;
  /** Positive up, negative down. */
  readonly change: number;
}

/** Rules with everything filled in. */
interface CompleteRules {
  readonly stabilizationWindowSeconds: number;
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled';
  readonly policies: readonly ScalingPolicy[];
}

export type LimitReason = 'DesiredWithinRange' | 'ScaleUpLimit' | 'ScaleDownLimit' | 'TooManyReplicas' | 'TooFewReplicas';

interface Limited {
  readonly replicas: number;
  readonly reason: LimitReason;
}

/** What `behavior` means where it leaves something out. */
export function completeRules(
  { scaleUp = {}, scaleDown = {} }: { readonly scaleUp?: ScalingRules | undefined; readonly scaleDown?: ScalingRules | undefined },
  downscaleStabilizationMs: number,
): { readonly up: CompleteRules; readonly down: CompleteRules } {
  const percent = { type: 'Percent', value: 100, periodSeconds: 15 } as const;
  return {
    up: {
      stabilizationWindowSeconds: scaleUp.stabilizationWindowSeconds ?? 0,
      selectPolicy: scaleUp.selectPolicy ?? 'Max',
      policies: scaleUp.policies ?? [{ type: 'Pods', value: 4, periodSeconds: 15 }, percent],
    },
    down: {
      stabilizationWindowSeconds: scaleDown.stabilizationWindowSeconds ?? downscaleStabilizationMs / 1000,
      selectPolicy: scaleDown.selectPolicy ?? 'Max',
      policies: scaleDown.policies ?? [percent],
    },
  };
}

/** The count before everything that happened within the policy's period, whose far end does not belong to it. */
function countAtStart(current: number, events: readonly ScaleEvent[], { periodSeconds }: ScalingPolicy, nowMs: number): number {
  return events.filter(({ atMs }) => atMs > nowMs - periodSeconds * 1000).reduce((count, { change }) => count - change, current);
}

/** The highest count that the policies allow now; a share is rounded up, or a single replica could never become two. */
function upLimit(current: number, events: readonly ScaleEvent[], { selectPolicy, policies }: CompleteRules, nowMs: number): number {
  if (selectPolicy === 'Disabled') {
    return current;
  }
  const proposed = policies.map((policy) => {
    const start = countAtStart(current, events, policy, nowMs);
    return policy.type === 'Pods' ? start + policy.value : Math.ceil(start * (1 + policy.value / 100));
  });
  // While earlier steps have used up the rate, nothing is taken back.
  return Math.max(current, selectPolicy === 'Min' ? Math.min(...proposed) : Math.max(...proposed));
}

/** The lowest count that the policies allow now; a share is cut off. */
function downLimit(current: number, events: readonly ScaleEvent[], { selectPolicy, policies }: CompleteRules, nowMs: number): number {
  if (selectPolicy === 'Disabled') {
    return current;
  }
  const proposed = policies.map((policy) => {
    const start = countAtStart(current, events, policy, nowMs);
    return policy.type === 'Pods' ? start - policy.value : Math.trunc(start * (1 - policy.value / 100));
  });
  return Math.min(current, selectPolicy === 'Min' ? Math.max(...proposed) : Math.min(...proposed));
}

interface Bounds {
  readonly current: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** With `behavior`: the rate of the policies first, then the bounds. */
export function limitByPolicies(
  desired: number,
  { current, minimum, maximum }: Bounds,
  events: readonly ScaleEvent[],
  rules: { readonly up: CompleteRules; readonly down: CompleteRules },
  nowMs: number,
): Limited {
  if (desired > current) {
    const limit = upLimit(current, events, rules.up, nowMs);
    const allowed = Math.min(maximum, limit);
    if (desired > allowed) {
      return { replicas: allowed, reason: maximum > limit ? 'ScaleUpLimit' : 'TooManyReplicas' };
    }
  }
  if (desired < current) {
    const limit = downLimit(current, events, rules.down, nowMs);
    const allowed = Math.max(minimum, limit);
    if (desired < allowed) {
      return { replicas: allowed, reason: minimum < limit ? 'ScaleDownLimit' : 'TooFewReplicas' };
    }
  }
  return { replicas: desired, reason: 'DesiredWithinRange' };
}

/** Without `behavior`, one step may double the count, or reach four. */
export function limitPlain(desired: number, { current, minimum, maximum }: Bounds): Limited {
  const limit = Math.max(2 * current, 4);
  const allowed = Math.min(maximum, limit);
  if (desired < minimum) {
    return { replicas: minimum, reason: 'TooFewReplicas' };
  }
  if (desired > allowed) {
    return { replicas: allowed, reason: maximum > limit ? 'ScaleUpLimit' : 'TooManyReplicas' };
  }
  return { replicas: desired, reason: 'DesiredWithinRange' };
}

/** The events with the one of this step; it takes the place of the last of its direction that no policy looks back to. */
export function recordEvent(
  events: readonly ScaleEvent[],
  event: ScaleEvent,
  rules: { readonly up: CompleteRules; readonly down: CompleteRules },
): ScaleEvent[] {
  const isUp = event.change > 0;
  const { policies } = isUp ? rules.up : rules.down;
  const cutoffMs = event.atMs - 1000 * Math.max(...policies.map(({ periodSeconds }) => periodSeconds));
  const place = events.findLastIndex(({ atMs, change }) => change > 0 === isUp && atMs < cutoffMs);
  return place < 0 ? [...events, event] : events.with(place, event);
}
