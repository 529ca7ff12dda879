import { type Arrivals, arrivalSettings } from '../contract/arrivals.ts';
import { burstStates } from './mmpp.ts';

/** Solves A x = b by elimination with the largest pivot; A is small and not singular. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, right[index] ?? 0]);
  const size = rows.length;
  for (let column = 0; column < size; column += 1) {
    const pivot = rows.slice(column).reduce((best, row) => (Math.abs(row[column] ?? 0) > Math.abs(best[column] ?? 0) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    for (const row of rows) {
      if (row !== pivot) {
        const factor = (row[column] ?? 0) / (pivot[column] ?? 0);
        for (let place = column; place <= size; place += 1) {
          row[place] = (row[place] ?? 0) - factor * (pivot[place] ?? 0);
        }
      }
    }
  }
  return rows.map((row, index) => (row[size] ?? 0) / (row[index] ?? 0));
}

/**
 * How much more the count of modulated arrivals varies than a Poisson count: the integral of the covariance of the rate
 * over all lags, from the deviation matrix (Π − Q)⁻¹ − Π of the states (Fischer and Meier-Hellstern, 1993). As the states
 * are reversible, that of a short window is smaller; neither can it exceed that of a rate that never changes in it.
 */
function modulationVariance(settings: Parameters<typeof burstStates>[0], expected: number, seconds: number): number {
  const { factors, shares, meanSeconds } = burstStates(settings);
  const others = factors.length - 1;
  const system = factors.map((_factor, from) =>
    factors.map((_other, to) => (shares[to] ?? 0) - (from === to ? -1 : 1 / others) / (meanSeconds[from] ?? 0)),
  );
  const deviations = solve(system, factors).map((value) => value - 1);
  const weighted = (values: readonly number[]) => values.reduce((sum, value, state) => sum + value * (shares[state] ?? 0), 0);
  const overAllLags = 2 * expected * (expected / seconds) * weighted(factors.map((factor, state) => factor * (deviations[state] ?? 0)));
  const withoutChange = expected * expected * weighted(factors.map((factor) => (factor - 1) ** 2));
  return Math.min(overAllLags, withoutChange);
}

/**
 * Standard deviation of the number of arrivals in a window, in arrivals, or a little more. A renewal count varies by
 * CV² per arrival (Cox, Renewal Theory, 4.5), plus at most one arrival for where the window cuts. Undefined for a trace,
 * of which every window holds what was recorded.
 */
export function countDeviation(arrivals: Arrivals, expected: number, seconds: number): number | undefined {
  const settings = arrivalSettings(arrivals);
  switch (settings.process) {
    case 'constant':
      return 1;
    case 'poisson':
      return Math.sqrt(expected);
    case 'gamma':
    case 'weibull':
      return Math.sqrt(settings.cv ** 2 * expected + 1);
    case 'mmpp':
      return Math.sqrt(expected + modulationVariance(settings, expected, seconds));
    case 'trace':
      return undefined;
  }
}
