import type { Interval } from '../contract/common.ts';

/**
 * P(−t < T < t) of Student's t with so many degrees of freedom for t = √ν · tan θ: the finite sums of Abramowitz and Stegun,
 * Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
 */
function centralProbability(angle: number, degreesOfFreedom: number): number {
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  const isOdd = degreesOfFreedom % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = isOdd && degreesOfFreedom === 1 ? 0 : term;
  for (let power = isOdd ? 3 : 2; power <= degreesOfFreedom - 2; power += 2) {
    term *= (cosine * cosine * (power - 1)) / power;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}

/**
 * t such that Student's t with so many degrees of freedom lies in (−t, t) with this probability. Throws `RangeError` unless the
 * degrees are a whole number from 1 and 0 < confidence < 1.
 */
export function studentT(degreesOfFreedom: number, confidence: number): number {
  if (!(Number.isInteger(degreesOfFreedom) && degreesOfFreedom >= 1 && confidence > 0 && confidence < 1)) {
    throw new RangeError(`studentT: ${degreesOfFreedom} degrees of freedom at a confidence of ${confidence}`);
  }
  let low = 0;
  let high = Math.PI / 2;
  // Halved until nothing is left between the two.
  for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (centralProbability(middle, degreesOfFreedom) < confidence) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return Math.sqrt(degreesOfFreedom) * Math.tan(high);
}

export interface MeanEstimate {
  readonly mean: number;
  /** Student's t over values that are independent; absent of a single one. */
  readonly interval?: Interval;
  readonly samples: number;
}

/** The mean of independent values with its interval. Throws `RangeError` on no values. */
export function meanEstimate(values: readonly number[], confidence = 0.95): MeanEstimate {
  const samples = values.length;
  if (samples === 0) {
    throw new RangeError('meanEstimate: 0 values have no mean');
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / samples;
  if (samples === 1) {
    return { mean, samples };
  }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (samples - 1);
  const halfWidth = studentT(samples - 1, confidence) * Math.sqrt(variance / samples);
  return { mean, interval: { low: mean - halfWidth, high: mean + halfWidth, confidence }, samples };
}
