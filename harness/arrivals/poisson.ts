import type { ArrivalProcess } from './arrival-process.ts';

/**
 * Independent exponential gaps: many callers who do not know of each other. The number of arrivals is random too;
 * forcing it to its mean would take away the bursts that queues are about.
 */
export const poissonArrivals: ArrivalProcess<'poisson'> = (_settings, { random }) => {
  let at = 0;
  return () => {
    at += random.exponential();
    return at;
  };
};
