import { z } from 'zod';
import type { ScalingRule } from '../scaling-rule.ts';

const day = 86_400;

/** Replicas by the time of the day (UTC) or of any other period: peak and off-peak, as chapter C plans its cost. */
export const scheduledSettingsSchema = z
  .strictObject({
    type: z.literal('scheduled'),
    periodSeconds: z.number().positive().default(day),
    /** Each holds until the next; the last one of a period holds into the next period. */
    schedule: z.array(z.strictObject({ atSeconds: z.number().min(0), replicas: z.int().min(1).max(10_000) })).min(1),
  })
  .superRefine(({ periodSeconds, schedule }, context) => {
    for (const [index, { atSeconds }] of schedule.entries()) {
      const before = schedule[index - 1]?.atSeconds;
      if (atSeconds >= periodSeconds) {
        context.addIssue({
          code: 'custom',
          path: ['schedule', index, 'atSeconds'],
          message: `is ${atSeconds}, outside the period of ${periodSeconds} s`,
        });
      }
      if (before !== undefined && atSeconds <= before) {
        context.addIssue({
          code: 'custom',
          path: ['schedule', index, 'atSeconds'],
          message: `is ${atSeconds}, not after the ${before} before it`,
        });
      }
    }
  });

export function scheduledRule({ periodSeconds, schedule }: z.output<typeof scheduledSettingsSchema>): ScalingRule<null> {
  return {
    intervalMs: 15_000,
    initialState: null,
    decide(_observation, _state, nowMs) {
      const phaseSeconds = (nowMs / 1000) % periodSeconds;
      const entry = schedule.findLast(({ atSeconds }) => atSeconds <= phaseSeconds) ?? schedule.at(-1);
      if (entry === undefined) {
        throw new RangeError('the schedule is empty, which its schema does not let through');
      }
      return { desiredReplicas: entry.replicas, reason: 'Scheduled', state: null };
    },
  };
}
