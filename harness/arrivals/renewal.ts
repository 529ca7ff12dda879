import type { NextArrival } from './arrival-process.ts';

/**
 * Independent gaps of mean 1. The first arrival comes after what is left of a gap in which the window begins, not after a
 * whole one: the process was already running, and its mean rate is exact from the first second (an equilibrium renewal
 * process; Cox, Renewal Theory, 2.2).
 */
export function renewal(residualGap: number, drawGap: () => number): NextArrival {
  let next = residualGap;
  return () => {
    const at = next;
    next += drawGap();
    return at;
  };
}
