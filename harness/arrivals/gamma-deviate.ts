import type { RandomStream } from '../../system/policies/random-stream.ts';

/**
 * Draws from the gamma distribution of a shape and scale 1 by the rejection method of Marsaglia and Tsang, "A Simple
 * Method for Generating Gamma Variables", ACM Transactions on Mathematical Software 26(3), 2000. A shape below 1 is
 * drawn one higher and multiplied by U^(1/shape), as in their section 6. `shape` must be above 0.
 */
export function gammaDeviate(random: RandomStream, shape: number): () => number {
  if (shape < 1) {
    const higher = gammaDeviate(random, shape + 1);
    return () => higher() * random.positive() ** (1 / shape);
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  return () => {
    for (;;) {
      const x = random.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(random.positive()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
        return d * v;
      }
    }
  };
}
