import type { Interval } from '../contract/common.ts';

const z95 = 1.959963984540054;

/** Wilson score interval of a proportion at 95 % (JASA 22, 1927); never empty, even for 0 or n of n. Throws unless 0 ≤ successes ≤ trials and trials > 0. */
export function wilsonInterval(successes: number, trials: number): Interval {
  if (!(trials > 0 && successes >= 0 && successes <= trials)) {
    throw new RangeError(`wilsonInterval: ${successes} of ${trials} is no proportion`);
  }
  const p = successes / trials;
  const z2 = z95 * z95;
  const centre = (p + z2 / (2 * trials)) / (1 + z2 / trials);
  const half = (z95 * Math.sqrt((p * (1 - p)) / trials + z2 / (4 * trials * trials))) / (1 + z2 / trials);
  // At the edges the bound is exact; floating point would leave 2e-17 there.
  return {
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === trials ? 1 : Math.min(1, centre + half),
    confidence: 0.95,
  };
}
