import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawFrom, randomStream } from '../../system/policies/random-stream.ts';
import { distributionOf, percentileRange, slowestOf } from './order-statistic.ts';

const samples = fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 200 });

/** Mean of the k-th harmonic kind: Σ 1 ÷ i is the mean of the slowest of k exponentials of mean 1. */
const harmonic = (k: number) => Array.from({ length: k }, (_, index) => 1 / (index + 1)).reduce((sum, part) => sum + part, 0);

describe('slowestOf', () => {
  it.each([2, 3, 4, 8])('agrees with the closed form for %i exponentials', (k) => {
    // The quantiles of an exponential at equal shares: an empirical distribution without noise.
    const n = 200_000;
    const exponential = Array.from({ length: n }, (_, index) => -Math.log(1 - (index + 0.5) / n));
    const slowest = slowestOf(exponential, k);
    expect(slowest.mean).toBeCloseTo(harmonic(k), 3);
    for (const p of [50, 95, 99]) {
      expect(slowest.percentile(p)).toBeCloseTo(-Math.log(1 - (p / 100) ** (1 / k)), 2);
    }
  });

  it.each([1, 3, 8])('agrees with drawing %i of a lumpy sample again and again', (k) => {
    const random = randomStream(7, `slowest of ${k}`);
    const lumpy = Array.from({ length: 300 }, (_, index) => (index % 10 === 0 ? 40 : 2) + 3 * random.uniform());
    const rounds = 40_000;
    const drawn = Array.from({ length: rounds }, () => Math.max(...Array.from({ length: k }, () => drawFrom(random, lumpy))));
    const exact = slowestOf(lumpy, k);
    const mean = drawn.reduce((sum, value) => sum + value, 0) / rounds;
    const deviation = Math.sqrt(drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rounds);
    expect(Math.abs(exact.mean - mean)).toBeLessThan((4 * deviation) / Math.sqrt(rounds));
    for (const p of [50, 90, 99]) {
      const share = drawn.filter((value) => value <= exact.percentile(p)).length / rounds;
      expect(share).toBeGreaterThan(p / 100 - 0.012);
    }
  });

  it('of one draw is the sample itself, and grows with the draws up to the largest', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 12 }), (all, k) => {
        const [one, fewer, more] = [distributionOf(all), slowestOf(all, k), slowestOf(all, k + 1)];
        expect(one.mean).toBeCloseTo(all.reduce((sum, value) => sum + value, 0) / all.length, 6);
        for (const p of [1, 50, 99]) {
          expect(more.percentile(p)).toBeGreaterThanOrEqual(fewer.percentile(p));
          expect(all).toContain(fewer.percentile(p));
        }
        expect(more.mean).toBeGreaterThanOrEqual(fewer.mean - 1e-9);
        expect(fewer.percentile(100)).toBe(Math.max(...all));
      }),
    );
  });

  it('brackets a percentile in 95 of 100 samples', () => {
    const random = randomStream(9, 'percentile range');
    const rounds = 1000;
    const held = Array.from({ length: rounds }, () =>
      percentileRange(
        Array.from({ length: 200 }, () => random.uniform()),
        95,
      ),
    ).filter(({ low, high }) => low <= 0.95 && 0.95 <= high).length;
    expect(held / rounds).toBeGreaterThan(0.93);
  });

  it('refuses no samples and no draws', () => {
    expect(() => slowestOf([], 2)).toThrow('2 draws from 0 samples');
    expect(() => slowestOf([1], 0)).toThrow('0 draws');
  });
});
