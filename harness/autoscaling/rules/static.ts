import { z } from 'zod';
import type { ScalingRule } from '../scaling-rule.ts';

/** A fixed number of replicas: the baseline, and with the count of the peak an upper bound of cost. */
export const staticSettingsSchema = z.strictObject({ type: z.literal('static'), replicas: z.int().min(1).max(10_000) });

export function staticRule({ replicas }: z.output<typeof staticSettingsSchema>): ScalingRule<null> {
  return {
    intervalMs: 60_000,
    initialState: null,
    decide: () => ({ desiredReplicas: replicas, reason: 'Static', state: null }),
  };
}
