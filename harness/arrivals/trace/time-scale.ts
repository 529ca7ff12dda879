import type { TraceArrivals } from '../../contract/arrivals.ts';
import { traceRatePerSecond } from './collect-trace.ts';
import type { Trace } from './trace-request.ts';

export interface ReplayWindow {
  /** The rate that is asked for. */
  readonly ratePerSecond: number;
  readonly durationSeconds: number;
}

/**
 * The mean rate of a replay, requests per second: that of its time scale where one is given, otherwise the asked one, or with
 * `slow-down` the one at which the whole recording just fills the window, if that is lower.
 */
export function replayedRate(
  { timeScale, whenShort }: Pick<TraceArrivals, 'timeScale' | 'whenShort'>,
  trace: Trace,
  { ratePerSecond, durationSeconds }: ReplayWindow,
): number {
  const asked = timeScale === undefined ? ratePerSecond : traceRatePerSecond(trace) * timeScale;
  return whenShort === 'slow-down' && durationSeconds > 0 ? Math.min(asked, trace.requests.length / durationSeconds) : asked;
}

/** How much faster than recorded a replay is. */
export function replayTimeScale(settings: Pick<TraceArrivals, 'timeScale' | 'whenShort'>, trace: Trace, window: ReplayWindow): number {
  return replayedRate(settings, trace, window) / traceRatePerSecond(trace);
}
