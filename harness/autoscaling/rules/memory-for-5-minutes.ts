import { z } from 'zod';
import type { ScalingRule } from '../scaling-rule.ts';
import { refuseCrossedBounds } from './bounds.ts';
import { type SustainedState, sustainedRule, sustainedShape } from './sustained.ts';
import { meanUsage } from './usage.ts';

/** Chapter E: add a node once mean memory has been above 80 % of what is requested for five minutes. */
export const memoryFor5MinutesSettingsSchema = z
  .strictObject({
    type: z.literal('memory-for-5-minutes'),
    ...sustainedShape,
    above: z.number().positive().default(0.8),
    forSeconds: z.number().positive().default(300),
  })
  .superRefine(refuseCrossedBounds);

export function memoryFor5MinutesRule(settings: z.output<typeof memoryFor5MinutesSettingsSchema>): ScalingRule<SustainedState> {
  const { above, forSeconds } = settings;
  return sustainedRule(
    settings,
    { above, forSeconds },
    { name: 'memoryUsageRatio', of: (observation) => meanUsage(observation, 'memory') },
  );
}
