import type { ArrivalProcess } from './arrival-process.ts';

/**
 * One arrival each time one is expected. The seed chooses the phase of the first one, so that repetitions do not run in
 * lockstep with timers of the system under test. Each is computed from its index: rounding never accumulates.
 */
export const constantArrivals: ArrivalProcess<'constant'> = (_settings, { random }) => {
  const phase = random.uniform();
  let index = -1;
  return () => {
    index += 1;
    return phase + index;
  };
};
