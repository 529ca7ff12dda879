import type { MeasuredRung } from './measured-rungs.ts';
import type { Adjustment, Model } from './models.ts';
import { meanWindow, simulatedWindows, type WindowsRequest } from './windows.ts';

const mostSteps = 20;
const closeEnough = 0.005;
const mostSpread = 5;

/**
 * The adjustment with which a model shows, at the rate of a rung, the mean and the p95 that were measured there: the delay moves the
 * mean and the spread p95, with the same random numbers in every step. One step moves both by what is missing; a spread of which only a
 * part is drawn moves p95 by less, so that steps grow smaller and end. The closest step counts. A model that would be full is left as it is.
 */
export function fitted(model: Model, rung: MeasuredRung, windows: Pick<WindowsRequest, 'arrivals' | 'windows' | 'seed'>): Adjustment {
  const { response: target, offeredPerSecond, windowSeconds } = rung;
  const lowestDelayMs = -mostSpread * target.p99;
  const widthMs = Math.max(target.p95 - target.mean, target.mean / 100);
  let adjustment = model.first;
  let best = { adjustment, error: Number.POSITIVE_INFINITY };
  for (let step = 1; step <= mostSteps && best.error >= closeEnough && model.utilisation(offeredPerSecond) < 1; step += 1) {
    const request = { ...windows, model, adjustment, ratePerSecond: offeredPerSecond, seconds: windowSeconds };
    const { mean, p95 } = meanWindow(simulatedWindows(request).responses);
    const error = Math.max(Math.abs(mean / target.mean - 1), Math.abs(p95 / target.p95 - 1));
    best = error < best.error ? { adjustment, error } : best;
    adjustment = {
      delayMs: Math.max(lowestDelayMs, adjustment.delayMs + target.mean - mean),
      spread: Math.min(mostSpread, Math.max(0, adjustment.spread + (target.p95 - p95) / widthMs)),
    };
  }
  return best.adjustment;
}
