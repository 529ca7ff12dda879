import { type ArrivalProcess, microsecondsPerSecond } from './arrival-process.ts';

/**
 * Independent exponential gaps with mean 1 ÷ rate: many callers who do not know of each other. The number of arrivals is
 * random too; forcing it to its mean would take away the bursts that queues are about.
 */
export const poissonArrivals: ArrivalProcess = (ratePerSecond, durationUs, random) => {
  const meanGapUs = microsecondsPerSecond / ratePerSecond;
  const offsetsUs: number[] = [];
  for (let atUs = random.exponential() * meanGapUs; atUs < durationUs; atUs += random.exponential() * meanGapUs) {
    offsetsUs.push(Math.floor(atUs));
  }
  return offsetsUs;
};
