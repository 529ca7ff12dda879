/** The fullest of the parts divided by their mean: 1 is even. `NaN` where nothing is anywhere. */
export function maximumOverMean(parts: readonly number[]): number {
  const total = parts.reduce((sum, part) => sum + part, 0);
  return Math.max(...parts) / (total / parts.length);
}

/**
 * Gini coefficient of the parts: 0 when all are equal, (n − 1) ÷ n when one of n has everything. Half the mean absolute
 * difference of all pairs divided by the mean. `NaN` where nothing is anywhere; throws on a negative part.
 */
export function gini(parts: readonly number[]): number {
  if (parts.some((part) => !(part >= 0))) {
    throw new RangeError(`gini: parts are not negative, received ${parts.join(', ')}`);
  }
  const n = parts.length;
  const total = parts.reduce((sum, part) => sum + part, 0);
  const weighted = [...parts].sort((a, b) => a - b).reduce((sum, part, index) => sum + (2 * (index + 1) - n - 1) * part, 0);
  // Rounding leaves −1e-17 for equal parts.
  return Math.max(0, weighted / (n * total));
}
