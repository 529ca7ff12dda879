import { Failure } from '../../contract/failure.ts';
import type { ArrivalProcess } from '../arrival-process.ts';
import { traceRatePerSecond } from './collect-trace.ts';

/** Arrivals of a trace may fall short of a window by what floating point loses. */
const tolerance = 1e-6;

/**
 * The recorded arrivals, their time scaled so that the mean rate is 1; the first comes at once. Nothing is random: every
 * seed gives the same. Throws `RangeError` without a trace and a `Failure` (`trace_too_short`) when the window expects
 * more arrivals than were recorded: a repeated trace would show repeats that nobody made.
 */
export const traceReplay: ArrivalProcess<'trace'> = (_settings, { trace, rate }) => {
  if (trace === undefined) {
    throw new RangeError('a trace is replayed from its requests, which were not given');
  }
  const { requests, file } = trace;
  if (rate.total > requests.length + tolerance) {
    throw new Failure(
      'configuration',
      'trace_too_short',
      `${file} has ${requests.length} requests, the window expects ${Math.ceil(rate.total)} at the asked speed`,
      { hint: 'shorten the window, lower the rate or the timeScale, give the full trace, or say whenShort: "slow-down"' },
    );
  }
  const perUs = traceRatePerSecond(trace) / 1_000_000;
  const beganUs = requests[0]?.atUs ?? 0;
  let index = -1;
  return () => {
    index += 1;
    const request = requests[index];
    return request === undefined ? Number.POSITIVE_INFINITY : (request.atUs - beganUs) * perUs;
  };
};
