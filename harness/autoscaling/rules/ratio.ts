import { z } from 'zod';
import type { ScalingRule } from '../scaling-rule.ts';
import { meanUsage } from './usage.ts';

/**
 * Chapter C's rule as it is written: CPU > 0.8 → int(n · 1.5), else queue > 100 → n + 2, else CPU < 0.3 and n > 2 → n − 1. The
 * first that holds wins. Its flaws belong to it: int(1.5) = 1 keeps a single node at one under any load, no maximum is named, and
 * nothing waits between two decisions, so that it flaps.
 */
export const ratioSettingsSchema = z.strictObject({
  type: z.literal('ratio'),
  cpuHigh: z.number().positive().default(0.8),
  factor: z.number().min(1).default(1.5),
  queueHigh: z.number().min(0).default(100),
  add: z.int().positive().default(2),
  cpuLow: z.number().min(0).default(0.3),
  /** The chapter stops shrinking at two. */
  floor: z.int().min(1).default(2),
  /** The chapter names none; where it is absent there is none. */
  maxReplicas: z.int().min(1).max(10_000).optional(),
  /** The chapter names none. */
  intervalSeconds: z.number().positive().default(15),
});

export function ratioRule(settings: z.output<typeof ratioSettingsSchema>): ScalingRule<null> {
  const { cpuHigh, factor, queueHigh, add, cpuLow, floor, maxReplicas = Number.POSITIVE_INFINITY, intervalSeconds } = settings;
  return {
    intervalMs: intervalSeconds * 1000,
    initialState: null,
    decide(observation) {
      const { replicas, queueLength } = observation;
      const cpu = meanUsage(observation, 'cpu');
      const to = (desired: number, reason: string) => ({
        desiredReplicas: desired > replicas ? Math.max(replicas, Math.min(desired, maxReplicas)) : desired,
        reason,
        state: null,
        signals: { queueLength, ...(cpu !== undefined && { cpuUsageRatio: cpu }) },
      });
      if (cpu !== undefined && cpu > cpuHigh) {
        return to(Math.trunc(replicas * factor), 'CpuHigh');
      }
      if (queueLength > queueHigh) {
        return to(replicas + add, 'QueueHigh');
      }
      if (cpu !== undefined && cpu < cpuLow && replicas > floor) {
        return to(replicas - 1, 'CpuLow');
      }
      return to(replicas, 'WithinThresholds');
    },
  };
}
