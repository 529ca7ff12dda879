import type { RandomStream } from '../random-stream.ts';
import type { BalancingPolicy, BalancingPolicyId } from './balancing-policy.ts';
import { leastInFlight } from './least-in-flight.ts';
import { powerOfTwo } from './power-of-two.ts';
import { randomChoice } from './random.ts';
import { takingTurns } from './round-robin.ts';

/**
 * Every balancing policy by id. To add one: write `<id>.ts` beside `random.ts`, name it in `BalancingPolicyId` and here; the shared
 * tests then run over it.
 */
export const balancingPolicies: Readonly<Record<BalancingPolicyId, (random: RandomStream) => BalancingPolicy>> = {
  'round-robin': takingTurns,
  random: randomChoice,
  'least-in-flight': leastInFlight,
  'power-of-two': powerOfTwo,
};
