import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Mixture } from './prose.ts';
import { type Grade, graderFor, normalisedGain } from './relevance.ts';

const about = (...shares: [number, number][]): Mixture => shares.map(([concept, share]) => ({ concept, share }));
const grades = fc.array(fc.constantFrom<Grade>(0, 1, 2, 3), { maxLength: 30 });

describe('grades', () => {
  const grade = graderFor(about([1, 0.6], [2, 0.4]));
  test.each([
    [about([1, 0.6], [2, 0.4]), 3],
    [about([1, 1]), 2],
    [about([2, 1]), 2],
    [about([3, 0.8], [1, 0.2]), 1],
    [about([3, 1]), 0],
  ] as const)('%j has grade %i', (mixture, expected) => {
    expect(grade(mixture)).toBe(expected);
  });
});

describe('nDCG', () => {
  test('the best order has 1, and no order has more', () => {
    fc.assert(
      fc.property(grades, fc.infiniteStream(fc.nat()), fc.integer({ min: 1, max: 15 }), (all, keys, k) => {
        const shuffled = all
          .map((grade) => ({ grade, key: keys.next().value }))
          .sort((left, right) => left.key - right.key)
          .map(({ grade }) => grade);
        const value = normalisedGain(shuffled, all, k);
        if (all.every((grade) => grade === 0)) {
          expect(value).toBeUndefined();
        } else {
          expect(
            normalisedGain(
              [...all].sort((left, right) => right - left),
              all,
              k,
            ),
          ).toBeCloseTo(1, 12);
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });

  test('a better document earlier is worth more', () => {
    expect(normalisedGain([3, 0], [3, 0], 2)).toBe(1);
    expect(normalisedGain([0, 3], [3, 0], 2)).toBeCloseTo(1 / Math.log2(3), 12);
    expect(normalisedGain([], [3, 0], 2)).toBe(0);
  });
});
