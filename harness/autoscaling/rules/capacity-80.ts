import { z } from 'zod';
import type { ScalingRule } from '../scaling-rule.ts';
import { bounded, boundsShape, refuseCrossedBounds } from './bounds.ts';

/**
 * Chapter E: scale when the rate is above 80 % of capacity. Out at once, to the fewest replicas whose share it is; in only when
 * fewer would have done for a whole window, which the chapter leaves open.
 */
export const capacity80SettingsSchema = z
  .strictObject({
    type: z.literal('capacity-80'),
    ...boundsShape,
    /** What one replica carries within its goal, measured. */
    capacityPerReplicaPerSecond: z.number().positive(),
    share: z.number().positive().max(1).default(0.8),
    scaleInAfterSeconds: z.number().min(0).default(300),
    intervalSeconds: z.number().positive().default(15),
  })
  .superRefine(refuseCrossedBounds);

interface Capacity80State {
  readonly firstSeenMs?: number;
  readonly wanted: readonly { readonly atMs: number; readonly replicas: number }[];
}

export function capacity80Rule(settings: z.output<typeof capacity80SettingsSchema>): ScalingRule<Capacity80State> {
  const { capacityPerReplicaPerSecond, share, scaleInAfterSeconds, intervalSeconds } = settings;
  const windowMs = scaleInAfterSeconds * 1000;
  return {
    intervalMs: intervalSeconds * 1000,
    initialState: { wanted: [] },
    decide({ replicas, arrivalsPerSecond }, { firstSeenMs = Number.NaN, wanted: before }, nowMs) {
      const needed = Math.ceil(arrivalsPerSecond / (share * capacityPerReplicaPerSecond));
      const sinceMs = Number.isNaN(firstSeenMs) ? nowMs : firstSeenMs;
      const wanted = [...before.filter(({ atMs }) => atMs > nowMs - windowMs), { atMs: nowMs, replicas: needed }];
      const highest = Math.max(...wanted.map((each) => each.replicas));
      // Nothing is taken away before a whole window has been seen.
      const lowest = nowMs - sinceMs >= windowMs ? Math.min(replicas, highest) : replicas;
      const desiredReplicas = bounded(Math.max(needed, lowest), settings);
      const reason = needed > replicas ? 'AboveShareOfCapacity' : desiredReplicas < replicas ? 'FewerWouldDo' : 'WithinCapacity';
      return {
        desiredReplicas,
        reason,
        state: { firstSeenMs: sinceMs, wanted },
        signals: { arrivalsPerSecond, capacityUsedRatio: arrivalsPerSecond / (capacityPerReplicaPerSecond * Math.max(1, replicas)) },
      };
    },
  };
}
