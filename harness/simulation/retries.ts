import type { SimulatedSystem } from '../contract/simulation.ts';

type Settings = NonNullable<SimulatedSystem['client']['retries']>;

/** What the budget holds to begin with, and at most: a calm hour must not save up for a storm. */
const fullBudget = 10;

/** Who may try again, and when. Each first attempt adds its share to the budget, each retry takes one. */
export class Retries {
  readonly #settings: Settings | undefined;
  readonly #budgetShare: number;
  #budget = fullBudget;

  constructor(settings: Settings | undefined) {
    this.#settings = settings;
    this.#budgetShare = settings?.budgetShare ?? Number.POSITIVE_INFINITY;
  }

  firstAttempt(): void {
    this.#budget = Math.min(fullBudget, this.#budget + this.#budgetShare);
  }

  /** The wait before the next attempt after `attempts` of them, ms; `undefined` where that was the last. `uniform` is from [0, 1). */
  waitMs(attempts: number, uniform: number): number | undefined {
    const settings = this.#settings;
    return settings === undefined || attempts > settings.attempts ? undefined : 2 * uniform * settings.backoffMs * 2 ** (attempts - 1);
  }

  /** Takes a retry out of the budget; false where there is none left. */
  isWithinBudget(): boolean {
    if (this.#budget < 1) {
      return false;
    }
    this.#budget -= 1;
    return true;
  }
}
