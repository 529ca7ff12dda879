import type { Result } from '../../contract/result.ts';
import type { SimulatedLoad, SimulatedSystem } from '../../contract/simulation.ts';
import { fitted } from './fit.ts';
import { measuredParts, type Source } from './measured-parts.ts';
import { type LeftOutRung, type MeasuredRung, measuredRungs } from './measured-rungs.ts';
import { type Adjustment, type Model, type ModelId, modelsOf } from './models.ts';
import { calibratableVariant, calibratingRung } from './refusals.ts';
import { type Figure, meanWindow, type SimulatedResponse, simulatedWindows } from './windows.ts';

export type Tail = Exclude<Figure, 'mean'>;

export interface CalibrationOptions {
  /** The baseline where absent. */
  readonly variant?: string;
  /** The rate of the rung that calibrates; the lowest where absent. */
  readonly ratePerSecond?: number;
  readonly seed: number;
  /** Simulated windows per rate, each as long as what was measured there. */
  readonly windows: number;
}

/** One percentile of one rung, by one model. */
export interface PredictedFigure {
  readonly ms: number;
  /** Predicted ÷ measured − 1. */
  readonly error: number;
  /** Lowest and highest of the simulated windows: how much chance alone moves it. */
  readonly windows: { readonly low: number; readonly high: number };
}

/** What one model says of one rung. */
export interface RungPrediction {
  readonly ratePerSecond: number;
  /** `fit`: the rung that calibrated, shown and never counted as a prediction. */
  readonly kind: 'fit' | 'prediction' | 'unstable';
  /** Of the busiest station of the model. */
  readonly utilisation: number;
  /** Simulated windows in which chance asked for more than could be served; absent, as the figures, where the rate itself does. */
  readonly overloadedWindows?: number;
  readonly figures?: Readonly<Record<Tail, PredictedFigure>>;
}

export interface CalibratedModel {
  readonly id: ModelId;
  readonly text: string;
  readonly adjustment: Adjustment;
  readonly system: SimulatedSystem;
  readonly rungs: readonly RungPrediction[];
}

/** Lowest and highest repetition as shares of the figure of all of them, less 1. */
export type RunVariation = Readonly<Record<Tail, { readonly low: number; readonly high: number }>>;

export interface Calibration {
  readonly kind: 'calibration';
  readonly runId: string;
  readonly scenario: string;
  readonly variant: string;
  readonly seed: number;
  readonly windows: number;
  readonly calibratedAtPerSecond: number;
  readonly arrivals: SimulatedLoad['arrivals'];
  readonly measured: readonly (MeasuredRung & {
    /** By the CPU per job of the rung that calibrated, more of the machine is in use than was in any window that was measured. */
    readonly isExtrapolated: boolean;
  })[];
  /** With what each model takes its busiest station for at that rate. */
  readonly leftOut: readonly (LeftOutRung & { readonly utilisation: Readonly<Record<ModelId, number>> })[];
  /** Of the judged repetitions; absent where there was one. */
  readonly runVariation?: RunVariation & { readonly ratePerSecond: number; readonly repetitions: number };
  readonly models: readonly CalibratedModel[];
  readonly sources: readonly Source[];
  readonly notTold: readonly string[];
}

function byTail<T>(of: (tail: Tail) => T): Readonly<Record<Tail, T>> {
  return { p50: of('p50'), p95: of('p95'), p99: of('p99') };
}

function figuresOf(rung: MeasuredRung, windows: readonly SimulatedResponse[]): Readonly<Record<Tail, PredictedFigure>> {
  const mean = meanWindow(windows);
  return byTail((tail) => {
    const values = windows.map((window) => window[tail]);
    return {
      ms: mean[tail],
      error: mean[tail] / rung.response[tail] - 1,
      windows: { low: Math.min(...values), high: Math.max(...values) },
    };
  });
}

function variationOf(rungs: readonly MeasuredRung[]): Calibration['runVariation'] {
  const judged = rungs.find(({ phase, runs }) => phase === 'judged' && runs.length > 1);
  return (
    judged && {
      ratePerSecond: judged.ratePerSecond,
      repetitions: judged.runs.length,
      ...byTail((tail) => {
        const shares = judged.runs.map((run) => run[tail] / judged.response[tail] - 1);
        return { low: Math.min(...shares), high: Math.max(...shares) };
      }),
    }
  );
}

interface Prediction {
  readonly model: Model;
  readonly adjustment: Adjustment;
  readonly rung: MeasuredRung;
  readonly calibrating: MeasuredRung;
  readonly arrivals: SimulatedLoad['arrivals'];
  readonly options: CalibrationOptions;
}

function predicted({ model, adjustment, rung, calibrating, arrivals, options }: Prediction): RungPrediction {
  const { ratePerSecond, offeredPerSecond, windowSeconds } = rung;
  const utilisation = model.utilisation(offeredPerSecond);
  if (utilisation >= 1) {
    return { ratePerSecond, kind: 'unstable', utilisation };
  }
  const { responses, overloaded } = simulatedWindows({
    model,
    adjustment,
    arrivals,
    ratePerSecond: offeredPerSecond,
    seconds: windowSeconds,
    windows: options.windows,
    seed: options.seed,
  });
  return {
    ratePerSecond,
    kind: rung === calibrating ? 'fit' : 'prediction',
    utilisation,
    overloadedWindows: overloaded,
    figures: figuresOf(rung, responses),
  };
}

/**
 * Fits models of the measured system to one rung of its ladder and predicts the others: the same rates and arrivals, in windows as
 * long as the measured ones. Throws `Failure` (78) where the result is none that a model can rest on.
 */
export function calibrate(result: Result, options: CalibrationOptions): Calibration {
  const variant = calibratableVariant(result, options.variant);
  const { rungs, leftOut } = measuredRungs(result, variant);
  const calibrating = calibratingRung(result, variant, rungs, leftOut, options.ratePerSecond);
  const parts = measuredParts(result, variant, calibrating);
  const { arrivals } = variant.workload ?? result.workload;
  const highestUtilisation = Math.max(...rungs.map(({ utilisation }) => utilisation));
  const variation = variationOf(rungs);
  const models = modelsOf(parts, result.runId);
  return {
    kind: 'calibration',
    runId: result.runId,
    scenario: result.scenario,
    variant: variant.id,
    seed: options.seed,
    windows: options.windows,
    calibratedAtPerSecond: calibrating.ratePerSecond,
    arrivals,
    measured: rungs.map((rung) => ({
      ...rung,
      isExtrapolated: (rung.offeredPerSecond * parts.machineCpuMs) / 1000 / parts.cores > highestUtilisation,
    })),
    leftOut: leftOut.map((rung) => ({
      ...rung,
      utilisation: {
        'own-cores': models['own-cores'].utilisation(rung.ratePerSecond),
        'shared-machine': models['shared-machine'].utilisation(rung.ratePerSecond),
      },
    })),
    ...(variation === undefined ? {} : { runVariation: variation }),
    models: Object.values(models).map((model) => {
      const adjustment = fitted(model, calibrating, { arrivals, windows: options.windows, seed: options.seed });
      return {
        id: model.id,
        text: model.text,
        adjustment,
        system: model.system(adjustment),
        rungs: rungs.map((rung) => predicted({ model, adjustment, rung, calibrating, arrivals, options })),
      };
    }),
    sources: parts.sources,
    notTold: parts.notTold,
  };
}
