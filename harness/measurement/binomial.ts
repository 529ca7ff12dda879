/**
 * The smallest k with P(X ≤ k) ≥ `confidence` for X binomial over `trials` with success probability `probability`,
 * summed term by term in logarithms. Throws `RangeError` unless trials is a whole number from 1 and 0 < probability < 1.
 */
export function binomialQuantile(trials: number, probability: number, confidence: number): number {
  if (!(Number.isInteger(trials) && trials >= 1 && probability > 0 && probability < 1)) {
    throw new RangeError(`binomialQuantile: ${trials} trials with probability ${probability}`);
  }
  const logOdds = Math.log(probability) - Math.log1p(-probability);
  let logTerm = trials * Math.log1p(-probability);
  let cumulative = Math.exp(logTerm);
  let k = 0;
  while (cumulative < confidence && k < trials) {
    logTerm += Math.log(trials - k) - Math.log(k + 1) + logOdds;
    k += 1;
    cumulative += Math.exp(logTerm);
  }
  return k;
}
