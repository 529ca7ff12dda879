import { describe, expect, it } from 'vitest';
import { compare, validationCases } from './validation.ts';

/**
 * The fast form of `npm run evidence:simulation`: the same cases with fewer requests. A figure must be where its interval allows it to be, widened
 * by the tolerance that the long form holds the mean to, so that a right simulator fails once in thousands of changes of the draws.
 */
const seeds = 10;
const requests = 25_000;
const confidence = 0.999;

describe.each(validationCases)('$title, through the $through', (validation) => {
  it.each(compare(validation, seeds, requests, confidence))('$figure', ({ exact, toleranceRatio, mean, interval }) => {
    expect(mean).toBeGreaterThan(0);
    expect(interval.high).toBeGreaterThanOrEqual(exact.lowest * (1 - toleranceRatio));
    expect(interval.low).toBeLessThanOrEqual(exact.highest * (1 + toleranceRatio));
    // An interval as wide as the figure would hold everything.
    expect(interval.high - interval.low).toBeLessThan(mean);
  });
});
