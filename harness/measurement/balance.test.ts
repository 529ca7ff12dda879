import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gini, maximumOverMean } from './balance.ts';

const parts = fc
  .array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 40 })
  .filter((all) => all.some((part) => part > 0));

describe('gini', () => {
  it('lies from 0 to (n − 1) ÷ n', () => {
    fc.assert(
      fc.property(parts, (all) => {
        expect(gini(all)).toBeGreaterThanOrEqual(0);
        expect(gini(all)).toBeLessThanOrEqual((all.length - 1) / all.length + 1e-12);
      }),
    );
  });

  it('reaches both ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 1e6 }), (n, value) => {
        expect(gini(Array.from({ length: n }, () => value))).toBeCloseTo(0, 12);
        expect(gini(Array.from({ length: n }, (_, index) => (index === 0 ? value : 0)))).toBeCloseTo((n - 1) / n, 12);
      }),
    );
  });

  it('does not change with order, unit or a copy of everyone', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 1000 }), (all, factor) => {
        const value = gini(all);
        expect(gini(all.toReversed())).toBeCloseTo(value, 10);
        expect(gini(all.map((part) => part * factor))).toBeCloseTo(value, 10);
        expect(gini([...all, ...all])).toBeCloseTo(value, 10);
      }),
    );
  });

  it('is half the relative mean absolute difference', () => {
    fc.assert(
      fc.property(parts, (all) => {
        const mean = all.reduce((sum, part) => sum + part, 0) / all.length;
        const differences = all.flatMap((a) => all.map((b) => Math.abs(a - b))).reduce((sum, each) => sum + each, 0);
        expect(gini(all)).toBeCloseTo(differences / (2 * all.length ** 2 * mean), 9);
      }),
    );
  });

  it('falls when one who has more gives to one who has less', () => {
    expect(gini([1, 2, 9])).toBeGreaterThan(gini([2, 2, 8]));
  });

  it('has no value where nothing is, and refuses a negative part', () => {
    expect(gini([0, 0])).toBeNaN();
    expect(() => gini([1, -1])).toThrow('not negative');
  });
});

describe('maximumOverMean', () => {
  it('lies from 1 to n', () => {
    fc.assert(
      fc.property(parts, (all) => {
        expect(maximumOverMean(all)).toBeGreaterThanOrEqual(1 - 1e-12);
        expect(maximumOverMean(all)).toBeLessThanOrEqual(all.length + 1e-9);
      }),
    );
  });
});
