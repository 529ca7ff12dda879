import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../system/policies/random-stream.ts';
import { createZipf } from './zipf.ts';

describe('zipf', () => {
  test('probabilities follow the law and add up to 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 3, noNaN: true }), (count, exponent) => {
        const { probability } = createZipf(count, exponent);
        const all = Array.from({ length: count }, (_, rank) => probability(rank));
        expect(all.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        for (const [rank, share] of all.entries()) {
          expect(share / (all[0] ?? 0)).toBeCloseTo((rank + 1) ** -exponent, 9);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('inverts its cumulative distribution', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (count, exponent, position) => {
          const { probability, rankAt } = createZipf(count, exponent);
          const rank = rankAt(position);
          let below = 0;
          for (let other = 0; other < rank; other += 1) {
            below += probability(other);
          }
          expect(below).toBeLessThanOrEqual(position + 1e-9);
          expect(below + probability(rank)).toBeGreaterThanOrEqual(position - 1e-9);
        },
      ),
    );
    expect(createZipf(10, 1).rankAt(0)).toBe(0);
    expect(createZipf(10, 1).rankAt(1 - Number.EPSILON)).toBe(9);
  });

  /** Pearson's statistic over the ranks, whose expectation is the degrees of freedom. */
  function chiSquare(sampled: number, claimed: number, count: number): number {
    const draws = 100_000;
    const law = createZipf(count, sampled);
    const expected = createZipf(count, claimed);
    const stream = randomStream(17, 'zipf');
    const seen = new Float64Array(count);
    for (let draw = 0; draw < draws; draw += 1) {
      const rank = law.rankAt(stream.uniform());
      seen[rank] = (seen[rank] ?? 0) + 1;
    }
    return seen.reduce(
      (sum, observed, rank) => sum + (observed - draws * expected.probability(rank)) ** 2 / (draws * expected.probability(rank)),
      0,
    );
  }
  // 99.9 % point of chi-square with 99 degrees of freedom.
  const critical = 148.23;

  test.each([0, 0.5, 0.8, 1, 1.3])('draws fit the law (chi-square, exponent %d)', (exponent) => {
    expect(chiSquare(exponent, exponent, 100)).toBeLessThan(critical);
  });

  test('the test would see an exponent that is wrong by 0.03', () => {
    expect(chiSquare(0.8, 0.83, 100)).toBeGreaterThan(critical);
  });

  test('names what is out of range', () => {
    expect(() => createZipf(0, 1)).toThrow('count is 0');
    expect(() => createZipf(3, -1)).toThrow('exponent is -1');
  });
});
