import { describe, expect, it } from 'vitest';
import { randomStream } from '../../system/policies/random-stream.ts';
import type { ServiceTime } from '../contract/simulation.ts';
import { serviceTimes } from './draws.ts';

const quantiles = [
  { percentile: 0, ms: 2 },
  { percentile: 50, ms: 10 },
  { percentile: 95, ms: 40 },
  { percentile: 100, ms: 200 },
];
/** With its mean, its coefficient of variation and its median. */
const distributions: readonly (readonly [ServiceTime, number, number, number])[] = [
  [{ distribution: 'constant', ms: 7 }, 7, 0, 7],
  [{ distribution: 'exponential', meanMs: 20 }, 20, 1, 20 * Math.LN2],
  [{ distribution: 'gamma', meanMs: 30, cv: 0.5 }, 30, 0.5, 27.54],
  [{ distribution: 'gamma', meanMs: 30, cv: Math.SQRT2 }, 30, Math.SQRT2, 13.65],
  [{ distribution: 'lognormal', meanMs: 50, cv: 0.8 }, 50, 0.8, 50 / Math.sqrt(1 + 0.64)],
  // Means of the straight pieces: 6, 25 and 120; the second moment of a piece from a to b is (a² + ab + b²) ÷ 3.
  [{ distribution: 'empirical', quantiles }, 0.5 * 6 + 0.45 * 25 + 0.05 * 120, Number.NaN, 10],
];

describe.each(distributions)('%j', (settings, mean, cv, median) => {
  const draws = serviceTimes(settings, randomStream(5, 'draws'));
  const values = Array.from({ length: 200_000 }, () => draws.next());

  it('has its mean, spread and median', () => {
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length) / average;
    const middle = values.toSorted((a, b) => a - b)[values.length / 2] ?? Number.NaN;
    expect(average / mean).toBeGreaterThan(0.985);
    expect(average / mean).toBeLessThan(1.015);
    expect(middle / median).toBeGreaterThan(0.97);
    expect(middle / median).toBeLessThan(1.03);
    if (!Number.isNaN(cv)) {
      expect(Math.abs(spread - cv)).toBeLessThan(0.03);
    }
  });
});

it('an empirical time keeps to its quantiles at every one of them', () => {
  const draws = serviceTimes({ distribution: 'empirical', quantiles }, randomStream(1, 'draws'));
  const values = Array.from({ length: 100_000 }, () => draws.next());
  for (const { percentile, ms } of quantiles) {
    const share = values.filter((value) => value <= ms).length / values.length;
    expect(Math.abs(share - percentile / 100)).toBeLessThan(0.006);
  }
  expect(Math.min(...values)).toBeGreaterThanOrEqual(2);
});
