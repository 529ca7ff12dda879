import { type BalancingPolicy, checkTargets } from './balancing-policy.ts';

/** Gives the targets in turn, so that equal requests put equal load on each. */
export function takingTurns(): BalancingPolicy {
  let next = 0;
  return {
    choose({ length }) {
      checkTargets('round-robin', length);
      const chosen = next < length ? next : 0;
      next = chosen + 1;
      return chosen;
    },
  };
}

/** The same over choices that stay. Throws a RangeError when there are none. */
export function roundRobin<T>(choices: readonly T[]): () => T {
  if (choices.length === 0) {
    throw new RangeError('round robin needs at least one choice, got 0');
  }
  let next = 0;
  return () => {
    const choice = choices[next] as T;
    next = (next + 1) % choices.length;
    return choice;
  };
}
