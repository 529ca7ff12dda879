import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivalsSchema } from '../contract/workload.ts';
import { dispersionIndex } from '../measurement/dispersion.ts';
import { schedule, scheduleHash } from './index.ts';

const seeds = Array.from({ length: 20 }, (_, index) => index * 7919 + 1);

describe.each(arrivalsSchema.options)('%s arrivals', (arrivals) => {
  it('are ascending whole µs inside the window', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 3000, noNaN: true }), fc.integer({ min: 0, max: 4000 }), fc.nat(), (rate, ms, seed) => {
        const offsetsUs = schedule(arrivals, { ratePerSecond: rate, durationMs: ms, seed });
        expect(offsetsUs.every((offset, index) => Number.isInteger(offset) && offset >= (offsetsUs[index - 1] ?? 0))).toBe(true);
        expect(offsetsUs.at(-1) ?? 0).toBeLessThan(Math.max(1, ms * 1000));
      }),
      { numRuns: 100 },
    );
  });

  it('are decided by the seed', () => {
    const options = { ratePerSecond: 200, durationMs: 5000 };
    const hashes = seeds.map((seed) => scheduleHash(schedule(arrivals, { ...options, seed })));
    expect(new Set(hashes).size).toBe(seeds.length);
    expect(hashes).toEqual(seeds.map((seed) => scheduleHash(schedule(arrivals, { ...options, seed }))));
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuse a rate of %d', (ratePerSecond) => {
    expect(() => schedule(arrivals, { ratePerSecond, durationMs: 1000, seed: 1 })).toThrow(RangeError);
  });
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
    const gaps = offsetsUs.slice(1).map((offset, index) => (offset - (offsetsUs[index] ?? 0)) / 10_000);
    gaps.sort((a, b) => a - b);
    const distance = Math.max(...gaps.map((gap, index) => Math.abs(1 - Math.exp(-gap) - (index + 0.5) / gaps.length)));
    expect(distance * Math.sqrt(gaps.length)).toBeLessThan(1.95);
  });
});
