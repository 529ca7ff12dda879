import { type ArrivalProcess, microsecondsPerSecond } from './arrival-process.ts';

/**
 * One arrival every 1 ÷ rate seconds. The seed chooses the phase of the first one, so that repetitions do not run in
 * lockstep with timers of the system under test. Each offset is computed from its index: rounding never accumulates.
 */
export const constantArrivals: ArrivalProcess = (ratePerSecond, durationUs, random) => {
  const gapUs = microsecondsPerSecond / ratePerSecond;
  const phaseUs = random.uniform() * gapUs;
  const offsetsUs: number[] = [];
  for (let index = 0; ; index += 1) {
    const offsetUs = Math.floor(phaseUs + index * gapUs);
    if (offsetUs >= durationUs) {
      return offsetsUs;
    }
    offsetsUs.push(offsetUs);
  }
};
