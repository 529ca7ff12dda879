import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../system/policies/random-stream.ts';
import { driftOf, shiftBetween } from './drift.ts';

const values = fc.array(fc.double({ min: 0.1, max: 1000, noNaN: true }), { minLength: 4, maxLength: 9 });

describe('shiftBetween', () => {
  it('has the exact coverage of its sizes: 97.1 % for four against four, 96.8 % for five against five', () => {
    const four = shiftBetween([1, 2, 3, 4], [5, 6, 7, 8]);
    expect(four).toMatchObject({ estimate: 4, interval: { low: 1, high: 7 } });
    expect(four.interval?.confidence).toBeCloseTo(1 - 2 / 70, 12);
    // U ≤ 2 has 1 + 1 + 2 of 252 orders.
    expect(shiftBetween([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).interval?.confidence).toBeCloseTo(1 - (2 * 4) / 252, 12);
  });

  it('has no interval at 95 % below four against four', () => {
    expect(shiftBetween([1, 2, 3], [9, 9, 9]).interval).toBeUndefined();
  });

  it('turns round when the halves change places, and follows a shift', () => {
    fc.assert(
      fc.property(values, values, fc.double({ min: -50, max: 50, noNaN: true }), (first, second, by) => {
        const there = shiftBetween(first, second);
        const back = shiftBetween(second, first);
        expect(there.estimate).toBeCloseTo(-back.estimate, 9);
        expect(there.interval?.low ?? 0).toBeCloseTo(-(back.interval?.high ?? 0), 9);
        expect(
          shiftBetween(
            first,
            second.map((value) => value + by),
          ).estimate,
        ).toBeCloseTo(there.estimate + by, 6);
      }),
    );
  });
});

describe('driftOf', () => {
  const noisy = (random: { uniform(): number }, spread: number) => 10 * Math.exp(spread * (random.uniform() + random.uniform() - 1));

  it.each([0.05, 0.3])('cries wolf in no more than 5 %% of steady runs, noise ±%f', (spread) => {
    const random = randomStream(11, `drift ${spread}`);
    const rounds = 2000;
    const alarms = Array.from({ length: rounds }, () => driftOf(Array.from({ length: 8 }, () => noisy(random, spread)))).filter(
      (drift) => drift?.verdict === 'fail',
    ).length;
    expect(alarms / rounds).toBeLessThanOrEqual(0.05);
  });

  it('sees a system that gets 30 % slower half-way', () => {
    const random = randomStream(12, 'drift seen');
    const rounds = 200;
    const seen = Array.from({ length: rounds }, () =>
      driftOf(Array.from({ length: 8 }, (_, index) => noisy(random, 0.05) * (index < 4 ? 1 : 1.3))),
    ).filter((drift) => drift?.verdict === 'fail').length;
    expect(seen / rounds).toBeGreaterThan(0.95);
  });

  it('is unknown where the halves are too short, and leaves out the middle of an odd number', () => {
    expect(driftOf([1, 1, 1, 9, 9, 9])).toMatchObject({ verdict: 'unknown', ratio: expect.closeTo(9, 6) });
    expect(driftOf([1, 1, 1, 1, 500, 1, 1, 1, 1])).toMatchObject({ verdict: 'pass', ratio: 1 });
    expect(driftOf([5])).toBeUndefined();
    expect(driftOf([5, 0])).toBeUndefined();
  });
});
