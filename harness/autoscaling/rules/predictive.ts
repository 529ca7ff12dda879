import { z } from 'zod';
import type { ScalingRule } from '../scaling-rule.ts';
import { bounded, boundsShape, refuseCrossedBounds } from './bounds.ts';

/**
 * Forecasts the arrival rate by the season and starts replicas before they are needed. The rate of each bucket of the season is
 * smoothed over the seasons, and scaled by how the last bucket compares with what the season let expect. Until a whole season has been
 * seen there is nothing to forecast from, and the rule follows the present rate. The error of its own forecasts is measured and shown.
 */
export const predictiveSettingsSchema = z
  .strictObject({
    type: z.literal('predictive'),
    ...boundsShape,
    capacityPerReplicaPerSecond: z.number().positive(),
    /** Of the capacity, at the forecast rate. */
    targetUtilisation: z.number().positive().max(1).default(0.7),
    seasonSeconds: z.number().positive().default(86_400),
    bucketSeconds: z.number().positive().default(300),
    /** How far ahead: what a replica takes until it helps. */
    leadSeconds: z.number().positive().default(300),
    /** Weight of the newest season, from 0 to 1. */
    seasonWeight: z.number().positive().max(1).default(0.5),
    intervalSeconds: z.number().positive().default(15),
  })
  .superRefine(refuseCrossedBounds)
  .superRefine(({ seasonSeconds, bucketSeconds, leadSeconds }, context) => {
    if (!Number.isInteger(seasonSeconds / bucketSeconds) || seasonSeconds / bucketSeconds < 2) {
      context.addIssue({
        code: 'custom',
        path: ['bucketSeconds'],
        message: `is ${bucketSeconds}, and a season of ${seasonSeconds} s is no whole number of at least two of them`,
      });
    }
    if (leadSeconds >= seasonSeconds) {
      context.addIssue({
        code: 'custom',
        path: ['leadSeconds'],
        message: `is ${leadSeconds}, no shorter than the season of ${seasonSeconds}`,
      });
    }
  });

interface Forecast {
  readonly forMs: number;
  readonly ratePerSecond: number;
}

interface PredictiveState {
  readonly firstSeenMs?: number;
  /** Mean rate of each bucket over past seasons; absent where the bucket has not been whole yet. */
  readonly season: Readonly<Record<number, number>>;
  /** The bucket that is being filled. */
  readonly open?: { readonly bucket: number; readonly sum: number; readonly samples: number };
  /** The last whole bucket over what the season let expect of it. */
  readonly level: number;
  readonly pending: readonly Forecast[];
  /** Sums over all forecasts that have come due: |forecast − actual|, forecast − actual, actual. */
  readonly error: { readonly absolute: number; readonly signed: number; readonly actual: number };
}

const noError = { absolute: 0, signed: 0, actual: 0 };

/** A level is believed within these bounds only: one quiet bucket must not forecast a dead day. */
const levelBounds = { low: 0.2, high: 5 };

export function predictiveRule(settings: z.output<typeof predictiveSettingsSchema>): ScalingRule<PredictiveState> {
  const { capacityPerReplicaPerSecond, targetUtilisation, seasonSeconds, bucketSeconds, leadSeconds, seasonWeight, intervalSeconds } =
    settings;
  const buckets = seasonSeconds / bucketSeconds;
  const bucketAt = (ms: number) => Math.floor(ms / 1000 / bucketSeconds) % buckets;

  function observe(state: PredictiveState, ratePerSecond: number, nowMs: number): PredictiveState {
    const bucket = bucketAt(nowMs);
    const { open, season } = state;
    if (open === undefined || open.bucket === bucket) {
      return { ...state, open: { bucket, sum: (open?.sum ?? 0) + ratePerSecond, samples: (open?.samples ?? 0) + 1 } };
    }
    const mean = open.sum / open.samples;
    const expected = season[open.bucket];
    const level = expected === undefined || expected === 0 ? 1 : Math.min(Math.max(mean / expected, levelBounds.low), levelBounds.high);
    const smoothed = expected === undefined ? mean : expected + seasonWeight * (mean - expected);
    return { ...state, season: { ...season, [open.bucket]: smoothed }, level, open: { bucket, sum: ratePerSecond, samples: 1 } };
  }

  function judge(state: PredictiveState, ratePerSecond: number, nowMs: number): PredictiveState {
    const due = state.pending.filter(({ forMs }) => forMs <= nowMs);
    const error = due.reduce(
      ({ absolute, signed, actual }, forecast) => ({
        absolute: absolute + Math.abs(forecast.ratePerSecond - ratePerSecond),
        signed: signed + forecast.ratePerSecond - ratePerSecond,
        actual: actual + ratePerSecond,
      }),
      state.error,
    );
    return { ...state, error, pending: state.pending.filter(({ forMs }) => forMs > nowMs) };
  }

  return {
    intervalMs: intervalSeconds * 1000,
    initialState: { season: {}, level: 1, pending: [], error: noError },
    decide({ arrivalsPerSecond }, before, nowMs) {
      const firstSeenMs = before.firstSeenMs ?? nowMs;
      const seen = judge(observe({ ...before, firstSeenMs }, arrivalsPerSecond, nowMs), arrivalsPerSecond, nowMs);
      const forMs = nowMs + leadSeconds * 1000;
      const seasonal = nowMs - firstSeenMs >= seasonSeconds * 1000 ? seen.season[bucketAt(forMs)] : undefined;
      const forecast = seasonal === undefined ? undefined : seasonal * seen.level;
      // What is there already must be carried, too, whatever the season says.
      const ratePerSecond = Math.max(arrivalsPerSecond, forecast ?? 0);
      const wanted = Math.ceil(ratePerSecond / (capacityPerReplicaPerSecond * targetUtilisation));
      const { error } = seen;
      return {
        desiredReplicas: bounded(wanted, settings),
        reason:
          forecast === undefined ? 'SeasonNotSeenYet' : forecast > arrivalsPerSecond ? 'ForecastAbovePresent' : 'PresentAboveForecast',
        state: forecast === undefined ? seen : { ...seen, pending: [...seen.pending, { forMs, ratePerSecond: forecast }] },
        signals: {
          arrivalsPerSecond,
          ...(forecast !== undefined && { forecastPerSecond: forecast }),
          ...(error.actual > 0 && { forecastErrorRatio: error.absolute / error.actual, forecastBiasRatio: error.signed / error.actual }),
        },
      };
    },
  };
}
