import type { LoadPlan } from '../contract/plan.ts';
import type { JobSource } from './job-source.ts';

/** The jobs of an open loop: all known beforehand, due whatever becomes of them. */
export class ScheduledJobs implements JobSource {
  readonly sessionLength = 0;
  readonly #offsetsUs: readonly number[];
  readonly #requestOf: readonly number[];
  readonly #firstJob: number;
  readonly #jobStep: number;
  #count = 0;

  constructor({ offsetsUs, requestOf, worker }: Pick<LoadPlan, 'offsetsUs' | 'requestOf' | 'worker'>) {
    this.#offsetsUs = offsetsUs;
    this.#requestOf = requestOf;
    this.#firstJob = worker?.index ?? 0;
    this.#jobStep = worker?.count ?? 1;
  }

  get count(): number {
    return this.#count;
  }

  get expected(): number {
    return this.#offsetsUs.length;
  }

  get nextDueUs(): number {
    return this.#offsetsUs[this.#count] ?? Number.POSITIVE_INFINITY;
  }

  takeDue(elapsedUs: number): boolean {
    if (!(this.#count < this.#offsetsUs.length && this.nextDueUs <= elapsedUs)) {
      return false;
    }
    this.#count += 1;
    return true;
  }

  intendedUs(place: number): number {
    return this.#offsetsUs[place] ?? Number.NaN;
  }

  jobOf(place: number): number {
    return this.#firstJob + place * this.#jobStep;
  }

  requestOf(place: number): number {
    return this.#requestOf[place] ?? -1;
  }

  sessionOf(): undefined {
    return undefined;
  }

  ended(): void {}
}
