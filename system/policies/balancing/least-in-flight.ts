import { type BalancingPolicy, checkTargets } from './balancing-policy.ts';

/**
 * The target with the fewest in flight (join the shortest queue; Winston, "Optimality of the shortest line discipline", Journal of
 * Applied Probability 1977). Among equals they take turns, as in nginx's `least_conn`: otherwise an idle system would give everything
 * to the first.
 */
export function leastInFlight(): BalancingPolicy {
  let turn = 0;
  return {
    choose(inFlight) {
      const count = inFlight.length;
      checkTargets('least-in-flight', count);
      let place = turn < count ? turn : 0;
      let chosen = place;
      let fewest = inFlight[place] as number;
      for (let looked = 1; looked < count; looked += 1) {
        place = place + 1 === count ? 0 : place + 1;
        if ((inFlight[place] as number) < fewest) {
          fewest = inFlight[place] as number;
          chosen = place;
        }
      }
      turn = chosen + 1;
      return chosen;
    },
  };
}
