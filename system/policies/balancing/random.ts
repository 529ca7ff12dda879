import type { RandomStream } from '../random-stream.ts';
import { type BalancingPolicy, checkTargets } from './balancing-policy.ts';

/** Each target with equal probability, whatever it has in hand. */
export function randomChoice(random: RandomStream): BalancingPolicy {
  return {
    choose(inFlight) {
      checkTargets('random', inFlight.length);
      return Math.floor(random.uniform() * inFlight.length);
    },
  };
}
