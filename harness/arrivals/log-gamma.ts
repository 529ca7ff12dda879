/** Coefficients of Lanczos' series for g = 7 and nine terms (Press et al., Numerical Recipes, 6.1, in Godfrey's form). */
const first = 0.99999999999980993;
const coefficients = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
  9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Natural logarithm of Γ(x) to about 15 digits, for x ≥ 0.5. */
export function logGamma(x: number): number {
  const z = x - 1;
  const series = coefficients.reduce((sum, coefficient, index) => sum + coefficient / (z + index + 1), first);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series);
}
