import { describe, expect, it } from 'vitest';
import { meanEstimate } from '../measurement/student-t.ts';
import { validationCases } from './validation.ts';

/**
 * The fast form of `npm run evidence:simulation`: the same cases with fewer requests. A figure must be where its interval allows it to be, widened
 * by the tolerance that the long form holds the mean to, so that a right simulator fails once in thousands of changes of the draws.
 */
const seeds = Array.from({ length: 10 }, (_, index) => index + 1);
const requests = 25_000;

describe.each(validationCases)('$title, through the $through', ({ expected, run }) => {
  const runs = seeds.map((seed) => run(seed, requests));

  it.each(expected)('$figure', ({ figure, exact, toleranceRatio }) => {
    const { mean, interval } = meanEstimate(
      runs.map((figures) => figures[figure] ?? Number.NaN),
      0.999,
    );
    const { lowest, highest } = typeof exact === 'number' ? { lowest: exact, highest: exact } : exact;
    expect(mean).toBeGreaterThan(0);
    expect(interval?.high).toBeGreaterThanOrEqual(lowest * (1 - toleranceRatio));
    expect(interval?.low).toBeLessThanOrEqual(highest * (1 + toleranceRatio));
    // An interval as wide as the figure would hold everything.
    expect((interval?.high ?? Number.NaN) - (interval?.low ?? Number.NaN)).toBeLessThan(mean);
  });
});
