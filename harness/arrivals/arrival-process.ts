import type { RandomStream } from '../../system/policies/random-stream.ts';
import type { ArrivalSettings } from '../contract/arrivals.ts';
import type { IntegratedRate } from './rate/integrated-rate.ts';
import type { Trace } from './trace/trace-request.ts';

/** What a process draws from and runs in. */
export interface ArrivalScene {
  readonly random: RandomStream;
  readonly rate: IntegratedRate;
  /** What was recorded; only the replay reads it. */
  readonly trace?: Trace | undefined;
}

/**
 * Gives the next arrival in operational time, ascending: the number of arrivals that the rate profile expects until then.
 * `Infinity` when nothing more comes.
 */
export type NextArrival = () => number;

type ProcessId = ArrivalSettings['process'];
export type SettingsOf<Process extends ProcessId> = Extract<ArrivalSettings, { process: Process }>;

/**
 * A stationary point process of mean rate 1 in operational time. The inverse of the integrated rate carries it to the
 * clock, so that every process goes with every rate profile (time-rescaling; Daley and Vere-Jones, An Introduction to the
 * Theory of Point Processes, 7.4). It is a pure function of its arguments: live runs and the simulation see the same
 * arrivals.
 */
export type ArrivalProcess<Process extends ProcessId> = (settings: SettingsOf<Process>, scene: ArrivalScene) => NextArrival;
