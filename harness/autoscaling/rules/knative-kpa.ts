import { z } from 'zod';
import type { ScalingRule } from '../scaling-rule.ts';
import { readyPods } from './usage.ts';

/** The Knative Pod Autoscaler, with the names and defaults of its `config-autoscaler` (https://knative.dev/docs/serving/autoscaling/). */
export const knativeKpaSettingsSchema = z
  .strictObject({
    type: z.literal('knative-kpa'),
    metric: z.enum(['concurrency', 'rps']).default('concurrency'),
    /** Per replica; 100 concurrent requests or 200 requests/s where absent. */
    target: z.number().positive().optional(),
    targetUtilizationPercentage: z.number().positive().max(100).default(70),
    minScale: z.int().min(0).max(10_000).default(0),
    /** 0 is no limit. */
    maxScale: z.int().min(0).max(10_000).default(0),
    stableWindowSeconds: z.number().min(6).max(3600).default(60),
    panicWindowPercentage: z.number().min(1).max(100).default(10),
    panicThresholdPercentage: z.number().min(110).max(1000).default(200),
    maxScaleUpRate: z.number().gt(1).default(1000),
    maxScaleDownRate: z.number().gt(1).default(2),
    tickSeconds: z.number().positive().default(2),
  })
  .superRefine(({ minScale, maxScale }, context) => {
    if (maxScale !== 0 && minScale > maxScale) {
      context.addIssue({ code: 'custom', path: ['maxScale'], message: `is ${maxScale}, less than minScale ${minScale}` });
    }
  });

interface KpaState {
  readonly samples: readonly { readonly atMs: number; readonly value: number }[];
  /** When the panic threshold was last exceeded; absent outside of a panic. */
  readonly panicSinceMs?: number;
  /** The most that was wanted during this panic, below which nothing goes before it ends. */
  readonly panicReplicas: number;
}

export function knativeKpaRule(settings: z.output<typeof knativeKpaSettingsSchema>): ScalingRule<KpaState> {
  const { metric, minScale, maxScale, stableWindowSeconds, maxScaleUpRate, maxScaleDownRate, tickSeconds } = settings;
  const target = ((settings.target ?? (metric === 'concurrency' ? 100 : 200)) * settings.targetUtilizationPercentage) / 100;
  const stableMs = stableWindowSeconds * 1000;
  const panicMs = (stableMs * settings.panicWindowPercentage) / 100;
  const panicThreshold = settings.panicThresholdPercentage / 100;

  return {
    intervalMs: tickSeconds * 1000,
    initialState: { samples: [], panicReplicas: 0 },
    decide(observation, state, nowMs) {
      const value = metric === 'concurrency' ? observation.meanConcurrency : observation.arrivalsPerSecond;
      const samples = [...state.samples.filter(({ atMs }) => atMs > nowMs - stableMs), { atMs: nowMs, value }];
      const meanOver = (windowMs: number) => {
        const within = samples.filter(({ atMs }) => atMs > nowMs - windowMs);
        return within.reduce((sum, sample) => sum + sample.value, 0) / within.length;
      };
      const stable = meanOver(stableMs);
      const panic = meanOver(panicMs);
      // A service at zero is treated as one replica, or it could never grow.
      const ready = Math.max(1, readyPods(observation).length);
      const clamped = (wanted: number) =>
        Math.min(Math.max(wanted, Math.floor(ready / maxScaleDownRate)), Math.ceil(maxScaleUpRate * ready));
      const wantedStable = Math.ceil(stable / target);
      const wantedPanic = Math.ceil(panic / target);
      const isOver = wantedPanic / ready >= panicThreshold;
      const hasEnded = state.panicSinceMs === undefined || nowMs > state.panicSinceMs + stableMs;
      const panicSinceMs = isOver ? nowMs : hasEnded ? undefined : state.panicSinceMs;
      const isPanicking = panicSinceMs !== undefined;
      const wanted = isPanicking
        ? Math.max(clamped(wantedStable), clamped(wantedPanic), state.panicSinceMs === undefined ? 0 : state.panicReplicas)
        : clamped(wantedStable);
      const desiredReplicas = Math.min(Math.max(wanted, minScale), maxScale === 0 ? Number.POSITIVE_INFINITY : maxScale);
      return {
        desiredReplicas,
        reason: isPanicking ? 'Panic' : 'Stable',
        state: { samples, panicReplicas: isPanicking ? wanted : 0, ...(isPanicking && { panicSinceMs }) },
        signals: { stableMean: stable, panicMean: panic },
      };
    },
  };
}
