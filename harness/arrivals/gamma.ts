import type { ArrivalProcess } from './arrival-process.ts';
import { gammaDeviate } from './gamma-deviate.ts';
import { renewal } from './renewal.ts';

/**
 * Gamma gaps of mean 1: shape 1 ÷ CV², scale CV². A CV of 1 is Poisson; above it many short gaps and few long ones. The
 * gap in which the window begins is drawn by its length, which makes it gamma with the shape one higher.
 */
export const gammaArrivals: ArrivalProcess<'gamma'> = ({ cv }, { random }) => {
  const scale = cv * cv;
  const shape = 1 / scale;
  const residualGap = random.uniform() * gammaDeviate(random, shape + 1)() * scale;
  const deviate = gammaDeviate(random, shape);
  return renewal(residualGap, () => deviate() * scale);
};
