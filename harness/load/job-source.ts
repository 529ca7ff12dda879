import type { ErrorClass } from '../contract/operation.ts';

/**
 * Where the jobs of a step come from. A job is known inside the generator by its place in the order in which jobs fell due, from
 * 0: intended starts ascend with it, and every list of jobs can be an array.
 */
export interface JobSource {
  /** Jobs that have fallen due so far; places [0, count). */
  readonly count: number;
  /** How many places are worth reserving. */
  readonly expected: number;
  /** The intended start of the next job that is known of, µs from the epoch; infinite where none is. */
  readonly nextDueUs: number;
  /** Takes the next job when it is due; false when none is. */
  takeDue(elapsedUs: number): boolean;
  intendedUs(place: number): number;
  /** The number of the job in its step, over all workers: what its id is made of. */
  jobOf(place: number): number;
  /** Position in the requests of the plan. */
  requestOf(place: number): number;
  /** Characters of every id of a conversation; 0 where there are none. */
  readonly sessionLength: number;
  /** The conversation to which the job belongs; undefined where there are none. */
  sessionOf(place: number): string | undefined;
  /** A job has ended, whereupon a user may think of the next one. */
  ended(place: number, nowUs: number, error: ErrorClass | undefined): void;
}
