import type { MeasuredRung } from './measured-rungs.ts';
import type { Adjustment, Model } from './models.ts';
import { meanWindow, type SimulatedResponse, simulatedWindows, type WindowsRequest } from './windows.ts';

export interface Fit {
  readonly adjustment: Adjustment;
  /** What the adjusted model shows at the rate that it was fitted to; absent where it is unstable even there. */
  readonly response: SimulatedResponse | undefined;
  readonly steps: number;
}

const mostSteps = 20;
const closeEnough = 0.005;
const mostSpread = 5;

/**
 * Adjusts the delay until the mean is the measured one, and the spread until p95 is, with the same random numbers in every step.
 * One step moves both by what is missing; a spread that is drawn in part moves p95 by less, so that steps grow smaller and end.
 */
export function fitted(model: Model, rung: MeasuredRung, windows: Pick<WindowsRequest, 'arrivals' | 'windows' | 'seed'>): Fit {
  const target = rung.response;
  const slowest = mostSpread * target.p99;
  const widthMs = Math.max(target.p95 - target.mean, target.mean / 100);
  let adjustment = model.first;
  let best: { readonly fit: Fit; readonly error: number } | undefined;
  for (let step = 1; step <= mostSteps; step += 1) {
    const responses = simulatedWindows({
      ...windows,
      model,
      adjustment,
      ratePerSecond: rung.offeredPerSecond,
      seconds: rung.windowSeconds,
    });
    if (responses === undefined) {
      return { adjustment, response: undefined, steps: step };
    }
    const response = meanWindow(responses);
    const meanError = response.mean / target.mean - 1;
    const p95Error = response.p95 / target.p95 - 1;
    const error = Math.max(Math.abs(meanError), Math.abs(p95Error));
    if (best === undefined || error < best.error) {
      best = { fit: { adjustment, response, steps: step }, error };
    }
    if (error < closeEnough) {
      break;
    }
    adjustment = {
      delayMs: Math.max(-slowest, adjustment.delayMs + target.mean - response.mean),
      spread: Math.min(mostSpread, Math.max(0, adjustment.spread + (target.p95 - response.p95) / widthMs)),
    };
  }
  return best?.fit ?? { adjustment, response: undefined, steps: 0 };
}
