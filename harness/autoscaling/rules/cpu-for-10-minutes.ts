import { z } from 'zod';
import type { ScalingRule } from '../scaling-rule.ts';
import { refuseCrossedBounds } from './bounds.ts';
import { type SustainedState, sustainedRule, sustainedShape } from './sustained.ts';
import { meanUsage } from './usage.ts';

/** Chapter E: add a node once mean CPU has been above 70 % of what is requested for ten minutes. */
export const cpuFor10MinutesSettingsSchema = z
  .strictObject({
    type: z.literal('cpu-for-10-minutes'),
    ...sustainedShape,
    above: z.number().positive().default(0.7),
    forSeconds: z.number().positive().default(600),
  })
  .superRefine(refuseCrossedBounds);

export function cpuFor10MinutesRule(settings: z.output<typeof cpuFor10MinutesSettingsSchema>): ScalingRule<SustainedState> {
  const { above, forSeconds } = settings;
  return sustainedRule(settings, { above, forSeconds }, { name: 'cpuUsageRatio', of: (observation) => meanUsage(observation, 'cpu') });
}
