/**
 * How one of several equal targets is chosen. A policy keeps what it remembers (whose turn it is) to itself and allocates nothing per
 * choice, because the simulation asks it millions of times. Targets may come and go between two choices.
 */
export interface BalancingPolicy {
  /**
   * The place of the chosen target. `inFlight` has one count per target, of what it has in hand or waiting. Throws `RangeError` when
   * there is no target.
   */
  choose(inFlight: ArrayLike<number>): number;
}

export type BalancingPolicyId = 'round-robin' | 'random' | 'least-in-flight' | 'power-of-two';

/** Throws a RangeError when there is nothing to choose from. */
export function checkTargets(policy: BalancingPolicyId, count: number): void {
  if (count === 0) {
    throw new RangeError(`${policy} needs at least one target, got 0`);
  }
}
