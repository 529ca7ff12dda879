export interface Zipf {
  /** The rank, 0 the most popular, at a uniform position in [0, 1). */
  readonly rankAt: (position: number) => number;
  /** Probability of a rank. */
  readonly probability: (rank: number) => number;
}

/**
 * Zipf's law over ranks 0 to count − 1: probability ∝ 1 ÷ (rank + 1)^exponent, drawn by inverting the exact cumulative
 * distribution with a binary search. Exponent 0 is uniform. Math.pow may differ in the last bit between machines, which
 * moves a draw only when it falls within 1e-16 of a boundary.
 */
export function createZipf(count: number, exponent: number): Zipf {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`count is ${count}; a whole number from 1 is needed`);
  }
  if (!(exponent >= 0)) {
    throw new RangeError(`exponent is ${exponent}; a number from 0 is needed`);
  }
  const cumulative = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank += 1) {
    sum += (rank + 1) ** -exponent;
    cumulative[rank] = sum;
  }
  return {
    rankAt(position) {
      const target = position * sum;
      let low = 0;
      let high = count - 1;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((cumulative[middle] ?? 0) > target) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return low;
    },
    probability: (rank) => ((cumulative[rank] ?? Number.NaN) - (rank === 0 ? 0 : (cumulative[rank - 1] ?? Number.NaN))) / sum,
  };
}
