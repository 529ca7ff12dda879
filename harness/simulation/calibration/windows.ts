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

/** What became of all windows of one rate. */
export interface SimulatedWindows {
  readonly responses: readonly SimulatedResponse[];
  /** Windows in which more was asked, for a quarter of it or longer, than could be served: by chance where the rate alone is not too high. */
  readonly overloaded: number;
}

/** The same window again and again, each with a seed of its own; the same seeds for every model and rate. */
export function simulatedWindows(request: WindowsRequest): SimulatedWindows {
  const { model, adjustment, arrivals, ratePerSecond, seconds, windows, seed } = request;
  const system = model.system(adjustment);
  const replicas = [{ atMs: 0, replicas: model.replicas }];
  const responses: SimulatedResponse[] = [];
  let overloaded = 0;
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
    overloaded += stability.verdict === 'unstable' ? 1 : 0;
    responses.push(...(responseMs === undefined ? [] : [responseMs]));
  }
  return { responses, overloaded };
}

export type Figure = keyof SimulatedResponse;

/** Mean of each figure over the windows, of which there must be one. */
export function meanWindow(windows: readonly SimulatedResponse[]): SimulatedResponse {
  const mean = (figure: Figure) => windows.reduce((sum, window) => sum + window[figure], 0) / windows.length;
  return { mean: mean('mean'), p50: mean('p50'), p95: mean('p95'), p99: mean('p99') };
}
