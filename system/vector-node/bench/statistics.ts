export interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** A quantile of values by linear interpolation. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** The median of rounds and their whole range, which covers the true median with probability 1 − 2^(1 − rounds). */
export function intervalOf(values: readonly number[]): Interval {
  return { median: quantile(values, 0.5), low: Math.min(...values), high: Math.max(...values) };
}

/** Round by round, because what disturbs one side of a round disturbs the other too. */
export function ratiosOf(numerators: readonly number[], denominators: readonly number[]): Interval {
  return intervalOf(numerators.map((numerator, index) => numerator / (denominators[index] as number)));
}
