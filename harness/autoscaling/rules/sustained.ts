import { z } from 'zod';
import type { Observation, ScalingRule } from '../scaling-rule.ts';
import { bounded, boundsShape } from './bounds.ts';

/** What the rules "above a threshold for so long" have alike. */
export const sustainedShape = {
  ...boundsShape,
  /** How many replicas one step adds; the chapter adds a node. */
  step: z.int().min(1).default(1),
  /** The chapter names no way back; where this is absent, there is none. */
  scaleIn: z.strictObject({ below: z.number().min(0), forSeconds: z.number().positive() }).optional(),
  intervalSeconds: z.number().positive().default(15),
};

interface SustainedSettings {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly step: number;
  readonly scaleIn?: { readonly below: number; readonly forSeconds: number } | undefined;
  readonly intervalSeconds: number;
}

/** Since when each condition has held without a break. */
export interface SustainedState {
  readonly aboveSinceMs?: number;
  readonly belowSinceMs?: number;
}

/**
 * Adds a step once the figure has been above the threshold for so long, at every observation, like an alert with `for`. A step
 * starts the clock again, so that the new replica is given time to show; an observation without the figure breaks it.
 */
export function sustainedRule(
  settings: SustainedSettings,
  condition: { readonly above: number; readonly forSeconds: number },
  figure: { readonly name: string; readonly of: (observation: Observation) => number | undefined },
): ScalingRule<SustainedState> {
  const { step, scaleIn, intervalSeconds } = settings;
  return {
    intervalMs: intervalSeconds * 1000,
    initialState: {},
    decide(observation, state, nowMs) {
      const value = figure.of(observation);
      const { replicas } = observation;
      const aboveSinceMs = value !== undefined && value > condition.above ? (state.aboveSinceMs ?? nowMs) : undefined;
      const belowSinceMs =
        scaleIn !== undefined && value !== undefined && value < scaleIn.below ? (state.belowSinceMs ?? nowMs) : undefined;
      const signals = value === undefined ? {} : { [figure.name]: value };
      const to = (wanted: number, reason: string, next: SustainedState) => ({
        desiredReplicas: bounded(wanted, settings),
        reason,
        state: next,
        signals,
      });
      if (aboveSinceMs !== undefined && nowMs - aboveSinceMs >= condition.forSeconds * 1000) {
        return to(replicas + step, 'AboveForSoLong', { aboveSinceMs: nowMs });
      }
      if (scaleIn !== undefined && belowSinceMs !== undefined && nowMs - belowSinceMs >= scaleIn.forSeconds * 1000) {
        return to(replicas - 1, 'BelowForSoLong', { belowSinceMs: nowMs });
      }
      const holding = { ...(aboveSinceMs !== undefined && { aboveSinceMs }), ...(belowSinceMs !== undefined && { belowSinceMs }) };
      return to(replicas, value === undefined ? 'NoSamples' : 'WithinThresholds', holding);
    },
  };
}
