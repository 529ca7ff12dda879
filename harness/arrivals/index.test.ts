import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Arrivals, RateProfile } from '../contract/arrivals.ts';
import { Failure } from '../contract/failure.ts';
import { dispersionIndex } from '../measurement/dispersion.ts';
import { schedule, scheduledStarts, scheduleHash, scheduleWithProfile } from './index.ts';
import { integratedRate } from './rate/profiles.ts';
import { chiSquareLimit, countsPerBin, gapsOf, kolmogorovSmirnov, kolmogorovSmirnovLimit } from './statistics.testing.ts';

const seeds = Array.from({ length: 20 }, (_, index) => index * 7919 + 1);

/** Every random process, with the hash of its schedule at 200/s over 5 s from seed 42. */
const golden: readonly (readonly [name: string, arrivals: Arrivals, hash: string])[] = [
  ['constant', 'constant', 'ccdd14c01a1508b987ceb1d106b8aed84e958ffc6dd408e740b98a9411ed7d46'],
  ['poisson', 'poisson', '8ba01860a2f09a0c0a78b7f081d891a9cf8f8512386e9569790ba97b2354a200'],
  ['poisson by its settings', { process: 'poisson' }, '8ba01860a2f09a0c0a78b7f081d891a9cf8f8512386e9569790ba97b2354a200'],
  ['gamma, CV 2', { process: 'gamma', cv: 2 }, 'f7a02de127078b1fbb3a1c4763f67c1aad56cc63bdbb9dfa8fd51fd6c45fbaca'],
  ['gamma, CV 0.5', { process: 'gamma', cv: 0.5 }, '7e1f992ef389ccfa10b6047186b792288ad489d73f0873ffe61aaa0065915da0'],
  ['weibull, CV 2', { process: 'weibull', cv: 2 }, 'f4f60d78ba0b8f1bb1d81d16665dbf6c6fd8cda6681ff6dbe92676b9e14ca68d'],
  ['weibull, CV 0.5', { process: 'weibull', cv: 0.5 }, 'ecafafce0b6a73cc539021e5994c79767bd36c725ce55a42f2cc999ea4704e68'],
  [
    'mmpp',
    {
      process: 'mmpp',
      states: [
        { rateFactor: 0.5, meanSeconds: 2 },
        { rateFactor: 4, meanSeconds: 0.4 },
        { rateFactor: 0, meanSeconds: 0.2 },
      ],
    },
    '313ea00d583b8549e797f128797896257270226ccbd273ce8a78c211a0821703',
  ],
];

const profiles: readonly RateProfile[] = [
  { shape: 'constant', ratePerSecond: 300 },
  { shape: 'ramp', fromPerSecond: 0, toPerSecond: 600 },
  { shape: 'ramp', fromPerSecond: 500, toPerSecond: 100 },
  {
    shape: 'step',
    steps: [
      { fromSeconds: 0, ratePerSecond: 100 },
      { fromSeconds: 3, ratePerSecond: 0 },
      { fromSeconds: 4, ratePerSecond: 700 },
    ],
  },
  { shape: 'spike', basePerSecond: 50, peakPerSecond: 1500, atSeconds: 4, widthSeconds: 1.5 },
  { shape: 'diurnal', meanPerSecond: 300, amplitude: 0.9, periodSeconds: 7, peakAtSeconds: 2 },
  { shape: 'diurnal', meanPerSecond: 300, amplitude: 1, periodSeconds: 10, peakAtSeconds: -1 },
  { shape: 'diurnal', meanPerSecond: 300, weights: [1, 0, 3, 2], periodSeconds: 4 },
  { shape: 'soak', ratePerSecond: 350, rampUpSeconds: 3 },
];
const profileSeconds = 10;
const nameOf = (profile: RateProfile, index: number) => `${index}: ${profile.shape}`;

describe.each(golden)('%s arrivals', (_name, arrivals, hash) => {
  it('are ascending whole µs inside the window', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 3000, noNaN: true }), fc.integer({ min: 0, max: 4000 }), fc.nat(), (rate, ms, seed) => {
        const offsetsUs = schedule(arrivals, { ratePerSecond: rate, durationMs: ms, seed });
        expect(offsetsUs.every((offset, index) => Number.isInteger(offset) && offset >= (offsetsUs[index - 1] ?? 0))).toBe(true);
        expect(offsetsUs.at(-1) ?? 0).toBeLessThan(Math.max(1, ms * 1000));
      }),
      { numRuns: 60 },
    );
  });

  it('are decided by the seed', () => {
    const options = { ratePerSecond: 200, durationMs: 5000 };
    const hashes = seeds.map((seed) => scheduleHash(schedule(arrivals, { ...options, seed })));
    expect(new Set(hashes).size).toBe(seeds.length);
    expect(hashes).toEqual(seeds.map((seed) => scheduleHash(schedule(arrivals, { ...options, seed }))));
  });

  it('are byte for byte what they were', () => {
    expect(scheduleHash(schedule(arrivals, { ratePerSecond: 200, durationMs: 5000, seed: 42 }))).toBe(hash);
  });

  it.each(profiles.map((profile, index) => [nameOf(profile, index), profile] as const))(
    'are the same process in operational time under profile %s',
    (_profile, profile) => {
      if (typeof arrivals !== 'string' && arrivals.process === 'mmpp') {
        // Its stays are seconds of the clock: see its own tests.
        return;
      }
      const rate = integratedRate(profile, profileSeconds);
      const seed = 5;
      const offsetsUs = scheduleWithProfile(arrivals, { profile, durationMs: profileSeconds * 1000, seed });
      // At one arrival per second operational time is the clock.
      const operationalUs = schedule(arrivals, { ratePerSecond: 1, durationMs: rate.total * 1000, seed });
      expect(offsetsUs.length).toBe(operationalUs.length);
      for (const [index, offsetUs] of offsetsUs.entries()) {
        const expected = (operationalUs[index] ?? 0) / 1e6;
        expect(rate.expectedBy(offsetUs / 1e6)).toBeLessThanOrEqual(expected + 2e-6);
        expect(rate.expectedBy((offsetUs + 2) / 1e6)).toBeGreaterThanOrEqual(expected - 1e-6);
      }
    },
  );

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuse a rate of %d by field and value', (ratePerSecond) => {
    const asked = () => schedule(arrivals, { ratePerSecond, durationMs: 1000, seed: 1 });
    expect(asked).toThrow(Failure);
    expect(asked).toThrow(`received ${ratePerSecond}`);
    expect(asked).toThrow('ratePerSecond');
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuse a duration of %d ms', (durationMs) => {
    expect(() => schedule(arrivals, { ratePerSecond: 1, durationMs, seed: 1 })).toThrow(RangeError);
  });
});

it('a schedule that is asked for one start after the other ends once and for all', () => {
  const window = { profile: { shape: 'constant', ratePerSecond: 10 }, durationMs: 1000, seed: 1 } as const;
  const next = scheduledStarts('constant', window);
  expect(Array.from({ length: 10 }, next)).toEqual(scheduleWithProfile('constant', window));
  expect([next(), next()]).toEqual([undefined, undefined]);
});

describe('the statistics of a schedule', () => {
  const durationMs = 60_000;
  const ratePerSecond = 1000;
  const expected = (ratePerSecond * durationMs) / 1000;

  it('constant: rate error at most 0.1 %, hardly any dispersion', () => {
    for (const seed of seeds) {
      const offsetsUs = schedule('constant', { ratePerSecond, durationMs, seed });
      expect(Math.abs(offsetsUs.length / expected - 1)).toBeLessThanOrEqual(0.001);
      expect(dispersionIndex(offsetsUs, durationMs * 1000, 10_000)).toBeLessThanOrEqual(0.2);
    }
  });

  it('poisson: rate error at most 3/√N for nearly every seed, dispersion like its mean', () => {
    const errors = seeds.map((seed) => {
      const offsetsUs = schedule('poisson', { ratePerSecond, durationMs, seed });
      const dispersion = dispersionIndex(offsetsUs, durationMs * 1000, 10_000);
      expect(dispersion).toBeGreaterThanOrEqual(0.85);
      expect(dispersion).toBeLessThanOrEqual(1.15);
      return (offsetsUs.length - expected) / Math.sqrt(expected);
    });
    expect(Math.max(...errors.map(Math.abs))).toBeLessThanOrEqual(3);
    // The count must vary by about √N: a generator that forces it to its mean would show no variance here.
    const variance = errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
    expect(variance).toBeGreaterThan(0.3);
    expect(variance).toBeLessThan(2.5);
  });

  it('poisson: gaps are exponential (Kolmogorov–Smirnov at 0.1 %)', () => {
    const offsetsUs = schedule('poisson', { ratePerSecond: 100, durationMs: 100_000, seed: 11 });
    const gaps = gapsOf(offsetsUs).map((gapUs) => gapUs / 10_000);
    expect(kolmogorovSmirnov(gaps, (gap) => 1 - Math.exp(-gap))).toBeLessThan(kolmogorovSmirnovLimit);
  });
});

describe.each(profiles.map((profile, index) => [nameOf(profile, index), profile] as const))('profile %s', (_name, profile) => {
  const windowUs = profileSeconds * 1e6;
  const binUs = 100_000;
  const rate = integratedRate(profile, profileSeconds);
  const expectedPerBin = Array.from(
    { length: windowUs / binUs },
    (_, bin) => rate.expectedBy(((bin + 1) * binUs) / 1e6) - rate.expectedBy((bin * binUs) / 1e6),
  );

  it('constant arrivals: each bin holds the integral of the rate, to less than one arrival at each edge', () => {
    const offsetsUs = scheduleWithProfile('constant', { profile, durationMs: profileSeconds * 1000, seed: 3 });
    for (const [bin, count] of countsPerBin(offsetsUs, windowUs, binUs).entries()) {
      expect(Math.abs(count - (expectedPerBin[bin] ?? 0))).toBeLessThanOrEqual(1 + 1e-3);
    }
  });

  it('poisson arrivals: counts per bin fit the integral of the rate (chi-square at 0.1 %)', () => {
    const bins = expectedPerBin.map((count, bin) => ({ count, bin })).filter(({ count }) => count >= 3);
    const runs = seeds.map((seed) => {
      const offsetsUs = scheduleWithProfile('poisson', { profile, durationMs: profileSeconds * 1000, seed });
      return countsPerBin(offsetsUs, windowUs, binUs);
    });
    const sums = bins.map(({ bin }) => runs.reduce((sum, counts) => sum + (counts[bin] ?? 0), 0));
    const statistic = bins.reduce((sum, { count }, index) => {
      const all = count * runs.length;
      return sum + ((sums[index] ?? 0) - all) ** 2 / all;
    }, 0);
    expect(bins.length).toBeGreaterThan(5);
    expect(statistic).toBeLessThan(chiSquareLimit(bins.length));
    // A bin that expects nothing must get nothing.
    for (const [bin, count] of expectedPerBin.entries()) {
      if (count < 1e-9) {
        expect(runs.every((counts) => counts[bin] === 0)).toBe(true);
      }
    }
  });
});

describe('scheduleHash', () => {
  it('is the SHA-256 of the decimal offsets joined by commas, however many', () => {
    for (const length of [0, 1, 65_535, 65_536, 65_537, 131_073]) {
      const offsetsUs = Array.from({ length }, (_, index) => index * 3);
      expect(scheduleHash(offsetsUs)).toBe(createHash('sha256').update(offsetsUs.join(',')).digest('hex'));
    }
  });
});
