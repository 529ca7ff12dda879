import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RateProfile } from '../../contract/arrivals.ts';
import { Failure } from '../../contract/failure.ts';
import { integratedRate } from './profiles.ts';

/** Zero, or at least an arrival in thirty years: products of smaller ones are no longer exact numbers. */
const rate = fc.double({ min: 0, max: 5000, noNaN: true }).map((value) => (value < 1e-9 ? 0 : value));
const positiveRate = fc.double({ min: 0.01, max: 5000, noNaN: true });
const seconds = fc.double({ min: 0.01, max: 1000, noNaN: true });

/** A profile that fits the window it comes with. */
const fitting: fc.Arbitrary<{ profile: RateProfile; windowSeconds: number }> = fc.oneof(
  fc.record({ profile: fc.record({ shape: fc.constant('constant' as const), ratePerSecond: positiveRate }), windowSeconds: seconds }),
  fc.record({
    profile: fc.record({ shape: fc.constant('ramp' as const), fromPerSecond: rate, toPerSecond: positiveRate }),
    windowSeconds: seconds,
  }),
  fc.record({
    profile: fc.record({ shape: fc.constant('ramp' as const), fromPerSecond: positiveRate, toPerSecond: rate }),
    windowSeconds: seconds,
  }),
  fc.array(fc.tuple(seconds, rate), { minLength: 1, maxLength: 8 }).map((all) => {
    let fromSeconds = 0;
    const steps = all.map(([length, ratePerSecond], index) => {
      const step = { fromSeconds, ratePerSecond: index === 0 ? ratePerSecond + 0.01 : ratePerSecond };
      fromSeconds += length;
      return step;
    });
    return { profile: { shape: 'step' as const, steps }, windowSeconds: fromSeconds };
  }),
  fc.tuple(rate, positiveRate, seconds, seconds, seconds).map(([basePerSecond, peakPerSecond, atSeconds, widthSeconds, after]) => ({
    profile: { shape: 'spike' as const, basePerSecond, peakPerSecond, atSeconds, widthSeconds },
    windowSeconds: atSeconds + widthSeconds + after,
  })),
  fc.record({
    profile: fc.record({
      shape: fc.constant('diurnal' as const),
      meanPerSecond: positiveRate,
      amplitude: fc.double({ min: 0, max: 1, noNaN: true }),
      periodSeconds: seconds,
      peakAtSeconds: fc.double({ min: -1000, max: 1000, noNaN: true }),
    }),
    windowSeconds: seconds,
  }),
  fc.record({
    profile: fc.record({
      shape: fc.constant('diurnal' as const),
      meanPerSecond: positiveRate,
      periodSeconds: seconds,
      weights: fc.array(fc.double({ min: 0.01, max: 10, noNaN: true }), { minLength: 2, maxLength: 24 }),
    }),
    windowSeconds: seconds,
  }),
  fc.tuple(positiveRate, seconds, seconds).map(([ratePerSecond, rampUpSeconds, after]) => ({
    profile: { shape: 'soak' as const, ratePerSecond, rampUpSeconds },
    windowSeconds: rampUpSeconds + after,
  })),
);

describe('integratedRate', () => {
  it('inverts itself to less than 1 µs and never runs back', () => {
    fc.assert(
      fc.property(fitting, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }), (one, positions) => {
        const integral = integratedRate(one.profile, one.windowSeconds);
        // In no order: what was asked before must not matter.
        const moments = positions.map((position) => ({
          expected: position * integral.total,
          at: integral.dueAt(position * integral.total),
        }));
        for (const { expected, at } of moments) {
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at).toBeLessThanOrEqual(one.windowSeconds * (1 + 1e-12));
          const slack = 1e-9 * integral.total + 1e-12;
          expect(integral.expectedBy(Math.max(0, at - 1e-6))).toBeLessThanOrEqual(expected + slack);
          expect(integral.expectedBy(at + 1e-6)).toBeGreaterThanOrEqual(expected - slack);
        }
        moments.sort((a, b) => a.expected - b.expected);
        for (const [index, { at }] of moments.entries()) {
          expect(at).toBeGreaterThanOrEqual((moments[index - 1]?.at ?? 0) - 1e-8);
        }
      }),
      { numRuns: 400 },
    );
  });

  it.each<[RateProfile, number, number]>([
    [{ shape: 'constant', ratePerSecond: 7 }, 10, 70],
    [{ shape: 'ramp', fromPerSecond: 10, toPerSecond: 30 }, 10, 200],
    [
      {
        shape: 'step',
        steps: [
          { fromSeconds: 0, ratePerSecond: 5 },
          { fromSeconds: 4, ratePerSecond: 10 },
        ],
      },
      10,
      80,
    ],
    [{ shape: 'spike', basePerSecond: 10, peakPerSecond: 100, atSeconds: 2, widthSeconds: 1 }, 10, 190],
    [{ shape: 'diurnal', meanPerSecond: 10, amplitude: 0.5, periodSeconds: 5, peakAtSeconds: 1 }, 10, 100],
    [{ shape: 'diurnal', meanPerSecond: 10, weights: [1, 3], periodSeconds: 8 }, 10, 90],
    [{ shape: 'diurnal', meanPerSecond: 1, amplitude: 0 }, 86_400, 86_400],
    [{ shape: 'soak', ratePerSecond: 10, rampUpSeconds: 4 }, 10, 80],
  ])('of %j over %d s is %d', (profile, windowSeconds, total) => {
    const integral = integratedRate(profile, windowSeconds);
    expect(integral.total).toBeCloseTo(total, 9);
    expect(integral.expectedBy(windowSeconds + 5)).toBeCloseTo(total, 9);
    expect(integral.expectedBy(0)).toBe(0);
  });

  it('has the crest of a cosine where it was asked', () => {
    const integral = integratedRate({ shape: 'diurnal', meanPerSecond: 100, amplitude: 0.8, periodSeconds: 24, peakAtSeconds: 14 }, 24);
    const perHour = Array.from({ length: 24 }, (_, hour) => integral.expectedBy(hour + 1) - integral.expectedBy(hour));
    expect(perHour.indexOf(Math.max(...perHour))).toBe(13);
    expect(Math.max(...perHour)).toBeGreaterThan(175);
    expect(Math.min(...perHour)).toBeLessThan(25);
  });

  it.each<[RateProfile, string]>([
    [
      { shape: 'spike', basePerSecond: 1, peakPerSecond: 2, atSeconds: 9, widthSeconds: 2 },
      'the spike ends at 11 s, the window ends at 10 s',
    ],
    [
      {
        shape: 'step',
        steps: [
          { fromSeconds: 0, ratePerSecond: 1 },
          { fromSeconds: 12, ratePerSecond: 2 },
        ],
      },
      'steps[1] begins at 12 s, the window ends at 10 s',
    ],
    [{ shape: 'soak', ratePerSecond: 1, rampUpSeconds: 11 }, 'the ramp-up ends at 11 s, the window ends at 10 s'],
  ])('refuses %j in a window of 10 s', (profile, message) => {
    expect(() => integratedRate(profile, 10)).toThrow(Failure);
    expect(() => integratedRate(profile, 10)).toThrow(message);
  });
});
