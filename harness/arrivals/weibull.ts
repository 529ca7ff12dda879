import type { ArrivalProcess } from './arrival-process.ts';
import { gammaDeviate } from './gamma-deviate.ts';
import { logGamma } from './log-gamma.ts';
import { renewal } from './renewal.ts';

/** ln(1 + CV²) of a Weibull distribution: it falls from ∞ to 0 as the shape grows. */
const logSpread = (shape: number) => logGamma(1 + 2 / shape) - 2 * logGamma(1 + 1 / shape);

/**
 * The shape at which a Weibull distribution has the coefficient of variation `cv`, which must be from 0.01 to 30, found by
 * halving the logarithm of an interval that holds every shape of those.
 */
export function weibullShape(cv: number): number {
  const wanted = Math.log1p(cv * cv);
  let low = Math.log(0.1);
  let high = Math.log(200);
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (low + high) / 2;
    if (logSpread(Math.exp(middle)) > wanted) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return Math.exp((low + high) / 2);
}

/**
 * Weibull gaps of mean 1. At one CV its tail is heavier than that of the gamma distribution when the CV is above 1. Of the
 * gap in which the window begins, drawn by its length, the power to the shape is gamma with shape 1 + 1 ÷ shape.
 */
export const weibullArrivals: ArrivalProcess<'weibull'> = ({ cv }, { random }) => {
  const shape = weibullShape(cv);
  const scale = Math.exp(-logGamma(1 + 1 / shape));
  const residualGap = random.uniform() * scale * gammaDeviate(random, 1 + 1 / shape)() ** (1 / shape);
  return renewal(residualGap, () => scale * random.exponential() ** (1 / shape));
};
