import { describe, expect, it } from 'vitest';
import { binomialQuantile } from './binomial.ts';

describe('binomialQuantile', () => {
  it('agrees with values worked out by hand', () => {
    // Four throws of a coin: P(X ≤ 2) = 11/16, P(X ≤ 3) = 15/16.
    expect(binomialQuantile(4, 0.5, 11 / 16 - 1e-12)).toBe(2);
    expect(binomialQuantile(4, 0.5, 11 / 16 + 1e-12)).toBe(3);
    expect(binomialQuantile(1, 0.01, 0.95)).toBe(0);
  });

  it('comes near the normal approximation for many trials and does not underflow', () => {
    for (const trials of [10_000, 1_000_000]) {
      const mean = trials * 0.01;
      const expected = mean + 1.645 * Math.sqrt(mean * 0.99);
      expect(Math.abs(binomialQuantile(trials, 0.01, 0.95) - expected)).toBeLessThan(0.02 * expected);
    }
  });

  it('refuses what is no binomial', () => {
    expect(() => binomialQuantile(0, 0.5, 0.9)).toThrow('0 trials');
    expect(() => binomialQuantile(10, 1, 0.9)).toThrow('probability 1');
  });
});
