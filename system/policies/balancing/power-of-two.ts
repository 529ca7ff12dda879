import type { RandomStream } from '../random-stream.ts';
import { type BalancingPolicy, checkTargets } from './balancing-policy.ts';

/**
 * The one with fewer in flight of two different targets that are drawn at random (Mitzenmacher, "The Power of Two Choices in Randomized
 * Load Balancing", IEEE TPDS 2001); of equals the one that was drawn first. One target is chosen without a draw.
 */
export function powerOfTwo(random: RandomStream): BalancingPolicy {
  return {
    choose(inFlight) {
      const count = inFlight.length;
      checkTargets('power-of-two', count);
      if (count === 1) {
        return 0;
      }
      const first = Math.floor(random.uniform() * count);
      const other = Math.floor(random.uniform() * (count - 1));
      // Skipping the first makes the two different, and each pair equally likely.
      const second = other < first ? other : other + 1;
      return (inFlight[second] as number) < (inFlight[first] as number) ? second : first;
    },
  };
}
