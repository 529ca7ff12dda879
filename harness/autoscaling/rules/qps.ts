import { z } from 'zod';
import type { ScalingRule } from '../scaling-rule.ts';

/** Chapter E's rule: above 5000 requests/s up to 3 replicas, below 1000 down to 1, in between as it is. */
export const qpsSettingsSchema = z
  .strictObject({
    type: z.literal('qps'),
    upAbovePerSecond: z.number().positive().default(5000),
    downBelowPerSecond: z.number().min(0).default(1000),
    upReplicas: z.int().min(1).max(10_000).default(3),
    downReplicas: z.int().min(1).max(10_000).default(1),
    /** The chapter names none. */
    intervalSeconds: z.number().positive().default(15),
  })
  .superRefine(({ upAbovePerSecond, downBelowPerSecond, upReplicas, downReplicas }, context) => {
    if (downBelowPerSecond > upAbovePerSecond) {
      context.addIssue({
        code: 'custom',
        path: ['downBelowPerSecond'],
        message: `is ${downBelowPerSecond}, above upAbovePerSecond ${upAbovePerSecond}: between them both would hold`,
      });
    }
    if (downReplicas > upReplicas) {
      context.addIssue({ code: 'custom', path: ['downReplicas'], message: `is ${downReplicas}, more than upReplicas ${upReplicas}` });
    }
  });

export function qpsRule(settings: z.output<typeof qpsSettingsSchema>): ScalingRule<null> {
  const { upAbovePerSecond, downBelowPerSecond, upReplicas, downReplicas, intervalSeconds } = settings;
  return {
    intervalMs: intervalSeconds * 1000,
    initialState: null,
    decide({ replicas, arrivalsPerSecond }) {
      const to = (desiredReplicas: number, reason: string) => ({ desiredReplicas, reason, state: null, signals: { arrivalsPerSecond } });
      if (arrivalsPerSecond > upAbovePerSecond) {
        return to(Math.max(replicas, upReplicas), 'RateHigh');
      }
      if (arrivalsPerSecond < downBelowPerSecond) {
        return to(Math.min(replicas, downReplicas), 'RateLow');
      }
      return to(replicas, 'WithinThresholds');
    },
  };
}
