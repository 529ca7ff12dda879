import type { RandomStream } from '../../system/policies/random-stream.ts';

/**
 * Fills a window with intended starts: whole µs, ascending, in [0, durationUs). A process is a pure function of its
 * arguments, so that live runs and the simulation replay the same arrivals.
 */
export type ArrivalProcess = (ratePerSecond: number, durationUs: number, random: RandomStream) => number[];

export const microsecondsPerSecond = 1_000_000;
