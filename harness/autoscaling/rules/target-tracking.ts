import { z } from 'zod';
import type { ScalingRule } from '../scaling-rule.ts';
import { bounded, boundsShape, refuseCrossedBounds } from './bounds.ts';

/**
 * Keeps the mean wait in the queue near a target. Out in proportion to the wait, at most `maxGrowth` at once and not while the last
 * step is still starting; in by one at a time, because a wait of almost nothing does not tell how much less would do.
 */
export const targetTrackingSettingsSchema = z
  .strictObject({
    type: z.literal('target-tracking'),
    ...boundsShape,
    targetWaitMs: z.number().positive(),
    tolerance: z.number().min(0).default(0.1),
    maxGrowth: z.number().min(1).default(2),
    scaleOutCooldownSeconds: z.number().min(0).default(60),
    /** Shrinks while the wait is below this share of the target. */
    scaleInBelow: z.number().min(0).max(1).default(0.5),
    scaleInCooldownSeconds: z.number().min(0).default(300),
    intervalSeconds: z.number().positive().default(15),
  })
  .superRefine(refuseCrossedBounds);

interface TargetTrackingState {
  readonly outAtMs?: number;
  /** Since when fewer might do: the last step of either direction, or the last wait that was too long to shrink. */
  readonly calmSinceMs?: number;
}

export function targetTrackingRule(settings: z.output<typeof targetTrackingSettingsSchema>): ScalingRule<TargetTrackingState> {
  const { targetWaitMs, tolerance, maxGrowth, scaleOutCooldownSeconds, scaleInBelow, scaleInCooldownSeconds, intervalSeconds } = settings;
  return {
    intervalMs: intervalSeconds * 1000,
    initialState: {},
    decide({ replicas, queueWaitMs, queueLength }, state, nowMs) {
      // Nobody began to be served: either nobody came, or everybody is stuck.
      const wait = queueWaitMs ?? (queueLength === 0 ? 0 : undefined);
      const { outAtMs } = state;
      const outCooling = outAtMs !== undefined && nowMs - outAtMs < scaleOutCooldownSeconds * 1000;
      const to = (wanted: number, reason: string, next: TargetTrackingState) => ({
        desiredReplicas: bounded(wanted, settings),
        reason,
        state: next,
        signals: { queueLength, ...(wait !== undefined && { queueWaitMs: wait }) },
      });
      const ratio = wait === undefined ? maxGrowth : wait / targetWaitMs;
      const kept = outAtMs === undefined ? {} : { outAtMs };
      if (ratio > 1 + tolerance) {
        return outCooling
          ? to(replicas, 'ScaleOutCoolingDown', kept)
          : to(Math.ceil(Math.max(1, replicas) * Math.min(ratio, maxGrowth)), 'WaitAboveTarget', { outAtMs: nowMs });
      }
      if (ratio >= scaleInBelow) {
        return to(replicas, 'WithinTolerance', kept);
      }
      const calmSinceMs = state.calmSinceMs ?? nowMs;
      if (nowMs - calmSinceMs < scaleInCooldownSeconds * 1000) {
        return to(replicas, 'ScaleInCoolingDown', { ...kept, calmSinceMs });
      }
      return to(replicas - 1, 'WaitFarBelowTarget', { ...kept, calmSinceMs: nowMs });
    },
  };
}
