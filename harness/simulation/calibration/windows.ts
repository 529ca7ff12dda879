import type { SimulatedLoad } from '../../contract/simulation.ts';
import type { SimulationRequest } from '../request.ts';
import { simulate } from '../simulate.ts';
import type { Adjustment, Model } from './models.ts';

/** Response times of one or more simulated windows, ms. */
export interface SimulatedResponse {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface WindowsRequest {
  readonly model: Model;
  readonly adjustment: Adjustment;
  readonly arrivals: SimulatedLoad['arrivals'];
  readonly ratePerSecond: number;
  /** Of one window. */
  readonly seconds: number;
  readonly windows: number;
  readonly seed: number;
}

/** Nobody judges these windows by a goal; the request wants one. */
const goal: SimulationRequest['goal'] = { percentile: 99, responseMs: 1000, errorShare: 0 };

/**
 * The same window again and again, each with a seed of its own; the same seeds for every model and rate. Undefined where a window
 * was unstable or had no success: such a mean would tell how long was watched and nothing else.
 */
export function simulatedWindows(request: WindowsRequest): readonly SimulatedResponse[] | undefined {
  const { model, adjustment, arrivals, ratePerSecond, seconds, windows, seed } = request;
  const system = model.system(adjustment);
  const replicas = [{ atMs: 0, replicas: model.replicas }];
  const responses: SimulatedResponse[] = [];
  for (let window = 0; window < windows; window += 1) {
    const { stability, responseMs } = simulate({
      system,
      load: { title: 'rung', arrivals, profile: { shape: 'constant', ratePerSecond } },
      goal,
      seconds,
      seed: seed + window,
      initialReplicas: model.replicas,
      controller: { ready: replicas, paid: replicas },
      demand: replicas,
    });
    if (stability.verdict === 'unstable' || responseMs === undefined) {
      return undefined;
    }
    responses.push(responseMs);
  }
  return responses;
}

export type Figure = keyof SimulatedResponse;

/** Mean of each figure over the windows. */
export function meanWindow(windows: readonly SimulatedResponse[]): SimulatedResponse {
  const mean = (figure: Figure) => windows.reduce((sum, window) => sum + window[figure], 0) / windows.length;
  return { mean: mean('mean'), p50: mean('p50'), p95: mean('p95'), p99: mean('p99') };
}
