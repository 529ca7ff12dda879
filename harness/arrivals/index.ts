import { createHash } from 'node:crypto';
import { randomStream } from '../../system/policies/random-stream.ts';
import {
  type ArrivalSettings,
  type Arrivals,
  arrivalSettings,
  arrivalsSchema,
  type RateProfile,
  rateProfileSchema,
} from '../contract/arrivals.ts';
import { Failure } from '../contract/failure.ts';
import { parseOrFail } from '../contract/parse.ts';
import type { ArrivalProcess, ArrivalScene, NextArrival, SettingsOf } from './arrival-process.ts';
import { constantArrivals } from './constant.ts';
import { gammaArrivals } from './gamma.ts';
import { mmppArrivals } from './mmpp.ts';
import { poissonArrivals } from './poisson.ts';
import { integratedRate } from './rate/profiles.ts';
import { traceReplay } from './trace/replay.ts';
import { replayedRate } from './trace/time-scale.ts';
import type { Trace } from './trace/trace-request.ts';
import { weibullArrivals } from './weibull.ts';

type ProcessId = ArrivalSettings['process'];

/** Every arrival process by its id. To add one: a file beside this one, its settings in `arrivalsSchema`, its entry here. */
const arrivalProcesses: { readonly [Process in ProcessId]: ArrivalProcess<Process> } = {
  constant: constantArrivals,
  poisson: poissonArrivals,
  gamma: gammaArrivals,
  weibull: weibullArrivals,
  mmpp: mmppArrivals,
  trace: traceReplay,
};

function open<Process extends ProcessId>(settings: { process: Process } & SettingsOf<Process>, scene: ArrivalScene): NextArrival {
  return arrivalProcesses[settings.process](settings, scene);
}

interface Window {
  readonly durationMs: number;
  readonly seed: number;
  /** The requests that `trace` arrivals replay. */
  readonly trace?: Trace | undefined;
}

export interface ScheduleOptions extends Window {
  readonly ratePerSecond: number;
}

export interface ProfiledScheduleOptions extends Window {
  readonly profile: RateProfile;
}

/** A replay at a given speed brings its own rate, which leaves nothing for a profile to say. */
function profileOf(settings: ArrivalSettings, profile: RateProfile, trace: Trace | undefined, durationSeconds: number): RateProfile {
  if (settings.process !== 'trace' || trace === undefined) {
    return profile;
  }
  if (profile.shape === 'constant') {
    return { shape: 'constant', ratePerSecond: replayedRate(settings, trace, { ...profile, durationSeconds }) };
  }
  if (settings.timeScale !== undefined) {
    throw new Failure(
      'configuration',
      'invalid_arrivals',
      `timeScale ${settings.timeScale} and the rate profile "${profile.shape}" both decide the rate`,
      { hint: 'leave timeScale out: the trace is then scaled to the profile' },
    );
  }
  return profile;
}

/**
 * Gives the intended start of one job after the other in whole µs from the epoch, ascending, in [0, duration), and `undefined` once the
 * window is over, so that a day of arrivals never lies in memory. See `scheduleWithProfile`, which collects them.
 */
export function scheduledStarts(
  arrivals: Arrivals,
  { profile, durationMs, seed, trace }: ProfiledScheduleOptions,
): () => number | undefined {
  if (!(durationMs >= 0 && Number.isFinite(durationMs))) {
    throw new RangeError(`durationMs must be at least 0 and finite, received ${durationMs}`);
  }
  const settings = arrivalSettings(parseOrFail(arrivalsSchema, arrivals, 'the arrival process'));
  const asked = profileOf(settings, parseOrFail(rateProfileSchema, profile, 'the rate profile'), trace, durationMs / 1000);
  const rate = integratedRate(asked, durationMs / 1000);
  const next = open(settings, { random: randomStream(seed, `arrivals:${settings.process}`), rate, trace });
  const durationUs = durationMs * 1000;
  let previousUs = 0;
  let isOver = false;
  return () => {
    const expected = isOver ? Number.POSITIVE_INFINITY : next();
    if (expected < rate.total) {
      // Floating point may put two arrivals at one moment in the wrong order, by far less than a µs.
      const offsetUs = Math.max(previousUs, Math.floor(rate.dueAt(expected) * 1_000_000));
      if (offsetUs < durationUs) {
        previousUs = offsetUs;
        return offsetUs;
      }
    }
    isOver = true;
    return undefined;
  };
}

/**
 * The intended start of every job in whole µs from the epoch, ascending, in [0, duration), with the mean rate that the
 * profile has at each moment. The same arguments give the same schedule on every machine. Throws a `Failure` for a rate,
 * profile or process that makes no sense and for a trace that is shorter than the window, `RangeError` for a duration
 * that is negative or not finite.
 */
export function scheduleWithProfile(arrivals: Arrivals, options: ProfiledScheduleOptions): number[] {
  const next = scheduledStarts(arrivals, options);
  const offsetsUs: number[] = [];
  for (let offsetUs = next(); offsetUs !== undefined; offsetUs = next()) {
    offsetsUs.push(offsetUs);
  }
  return offsetsUs;
}

/** A schedule of one mean rate over the whole window, see `scheduleWithProfile`. */
export function schedule(arrivals: Arrivals, { ratePerSecond, ...window }: ScheduleOptions): number[] {
  return scheduleWithProfile(arrivals, { ...window, profile: { shape: 'constant', ratePerSecond } });
}

/** Offsets that are hashed at a time: those of a long schedule would not fit into one string. */
const hashedAtOnce = 65_536;

/** SHA-256 (hex) of a schedule written as decimal µs joined by commas, so that any language can check it. */
export function scheduleHash(offsetsUs: readonly number[]): string {
  const hash = createHash('sha256');
  for (let from = 0; from < offsetsUs.length; from += hashedAtOnce) {
    hash.update(`${from === 0 ? '' : ','}${offsetsUs.slice(from, from + hashedAtOnce).join(',')}`);
  }
  return hash.digest('hex');
}
