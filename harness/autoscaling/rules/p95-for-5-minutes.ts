import { z } from 'zod';
import type { ScalingRule } from '../scaling-rule.ts';
import { refuseCrossedBounds } from './bounds.ts';
import { type SustainedState, sustainedRule, sustainedShape } from './sustained.ts';

/** Chapter E: add a node once the 95th percentile of the response time has been above twice its target for five minutes. */
export const p95For5MinutesSettingsSchema = z
  .strictObject({
    type: z.literal('p95-for-5-minutes'),
    ...sustainedShape,
    targetMs: z.number().positive(),
    factor: z.number().positive().default(2),
    forSeconds: z.number().positive().default(300),
  })
  .superRefine(refuseCrossedBounds);

export function p95For5MinutesRule(settings: z.output<typeof p95For5MinutesSettingsSchema>): ScalingRule<SustainedState> {
  const { targetMs, factor, forSeconds } = settings;
  return sustainedRule(
    settings,
    { above: targetMs * factor, forSeconds },
    { name: 'p95ResponseTimeMs', of: ({ p95ResponseTimeMs }) => p95ResponseTimeMs },
  );
}
