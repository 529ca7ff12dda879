import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../system/policies/random-stream.ts';
import { hodgesLehmann } from './hodges-lehmann.ts';

describe('hodgesLehmann', () => {
  it('gives the textbook estimate of a small sample', () => {
    // Walsh averages of 1, 2, 6: 1 1.5 2 3.5 4 6; their median lies between 2 and 3.5.
    expect(hodgesLehmann([1, 2, 6]).estimate).toBeCloseTo(2.75, 12);
  });

  it('has no 95 % interval below six values and the full range at six', () => {
    expect(hodgesLehmann([1, 2, 3, 4, 5]).interval).toBeUndefined();
    expect(hodgesLehmann([1, 2, 3, 4, 5, 9]).interval).toEqual({ low: 1, high: 9, confidence: 1 - 2 / 64 });
  });

  it('refuses an empty sample', () => {
    expect(() => hodgesLehmann([])).toThrow('0 values');
  });

  it('moves with the sample and contains its own estimate', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 6, maxLength: 14 }),
        fc.double({ min: -50, max: 50, noNaN: true }),
        (values, shift) => {
          const plain = hodgesLehmann(values);
          const shifted = hodgesLehmann(values.map((value) => value + shift));
          expect(shifted.estimate).toBeCloseTo(plain.estimate + shift, 6);
          expect(plain.interval?.low ?? Number.NaN).toBeLessThanOrEqual(plain.estimate);
          expect(plain.interval?.high ?? Number.NaN).toBeGreaterThanOrEqual(plain.estimate);
        },
      ),
    );
  });

  it.each([6, 8, 12])('covers the true centre at least as often as it says for n = %i', (n) => {
    const random = randomStream(7, `coverage-${n}`);
    const trials = 4000;
    let covered = 0;
    let promised = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      const { interval } = hodgesLehmann(Array.from({ length: n }, () => random.normal()));
      promised = interval?.confidence ?? 0;
      covered += interval !== undefined && interval.low <= 0 && interval.high >= 0 ? 1 : 0;
    }
    // Exact coverage; four standard errors of the simulation on either side.
    const error = 4 * Math.sqrt((promised * (1 - promised)) / trials);
    expect(covered / trials).toBeGreaterThan(promised - error);
    expect(covered / trials).toBeLessThan(promised + error);
  });
});
