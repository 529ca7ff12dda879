import { createHash } from 'node:crypto';
import { randomStream } from '../../system/policies/random-stream.ts';
import type { Arrivals } from '../contract/workload.ts';
import type { ArrivalProcess } from './arrival-process.ts';
import { constantArrivals } from './constant.ts';
import { poissonArrivals } from './poisson.ts';

/** Every arrival process by its id. To add one: a file beside this one, its id in `arrivalsSchema`, its entry here. */
const arrivalProcesses: Record<Arrivals, ArrivalProcess> = {
  constant: constantArrivals,
  poisson: poissonArrivals,
};

export interface ScheduleOptions {
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly seed: number;
}

/**
 * The intended start of every job in whole µs from the epoch, ascending, in [0, duration). The same arguments give the
 * same schedule on every machine. Throws `RangeError` for a rate that is not above 0 or a negative duration.
 */
export function schedule(arrivals: Arrivals, { ratePerSecond, durationMs, seed }: ScheduleOptions): number[] {
  if (!(ratePerSecond > 0 && Number.isFinite(ratePerSecond))) {
    throw new RangeError(`ratePerSecond must be above 0 and finite, received ${ratePerSecond}`);
  }
  if (!(durationMs >= 0 && Number.isFinite(durationMs))) {
    throw new RangeError(`durationMs must be at least 0 and finite, received ${durationMs}`);
  }
  return arrivalProcesses[arrivals](ratePerSecond, durationMs * 1000, randomStream(seed, `arrivals:${arrivals}`));
}

/** SHA-256 (hex) of a schedule written as decimal µs joined by commas, so that any language can check it. */
export function scheduleHash(offsetsUs: readonly number[]): string {
  return createHash('sha256').update(offsetsUs.join(',')).digest('hex');
}
