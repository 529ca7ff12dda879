import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../system/policies/random-stream.ts';
import { meanEstimate, studentT } from './student-t.ts';

describe('studentT', () => {
  it.each([
    [1, 0.95, 12.7062],
    [2, 0.95, 4.30265],
    [3, 0.95, 3.18245],
    [4, 0.95, 2.77645],
    [9, 0.95, 2.26216],
    [30, 0.95, 2.04227],
    [120, 0.95, 1.97993],
    [1, 0.99, 63.6567],
    [5, 0.99, 4.03214],
    [10, 0.99, 3.16927],
  ])('with %i degrees at %d is what the tables say', (degrees, confidence, table) => {
    expect(studentT(degrees, confidence)).toBeCloseTo(table, 3);
  });

  it('falls with the degrees of freedom, towards the normal quantile, and grows with the confidence', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0.5, max: 0.98, noNaN: true }), (degrees, confidence) => {
        expect(studentT(degrees + 1, confidence)).toBeLessThan(studentT(degrees, confidence));
        expect(studentT(degrees, confidence + 0.01)).toBeGreaterThan(studentT(degrees, confidence));
      }),
    );
    expect(studentT(100_000, 0.95)).toBeCloseTo(1.95996, 3);
  });

  it.each([
    [0, 0.95],
    [1.5, 0.95],
    [3, 1],
    [3, 0],
  ])('refuses %d degrees at %d', (degrees, confidence) => {
    expect(() => studentT(degrees, confidence)).toThrow(RangeError);
  });
});

describe('meanEstimate', () => {
  it('of one value has no interval, of equal values one without width, of none is refused', () => {
    expect(meanEstimate([3])).toEqual({ mean: 3, samples: 1 });
    expect(meanEstimate([2, 2, 2])).toEqual({ mean: 2, samples: 3, interval: { low: 2, high: 2, confidence: 0.95 } });
    expect(() => meanEstimate([])).toThrow('0 values');
  });

  it('covers the true mean about as often as it says, with six normal values', () => {
    const stream = randomStream(1, 'coverage');
    const trials = 4_000;
    let covered = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      const { interval } = meanEstimate(Array.from({ length: 6 }, () => 10 + 3 * stream.normal()));
      covered += interval !== undefined && interval.low <= 10 && interval.high >= 10 ? 1 : 0;
    }
    // Four standard errors around 95 %.
    expect(Math.abs(covered / trials - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / trials));
  });
});
