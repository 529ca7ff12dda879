import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addedBuckets, type BucketCounts, bucketQuantile } from './bucket-quantile.ts';

const bounds = [1, 2, 5, 10, 20, 50];
const bucketed = (samples: readonly number[]): BucketCounts => ({
  bounds,
  upToBound: bounds.map((bound) => samples.filter((sample) => sample <= bound).length),
  count: samples.length,
});
const samplesUpTo50 = fc.array(fc.double({ min: 0.001, max: 50, noNaN: true }), { minLength: 1, maxLength: 200 });

describe('quantile of buckets', () => {
  it('lies in the bucket of the sample of that rank', () => {
    fc.assert(
      fc.property(samplesUpTo50, fc.integer({ min: 1, max: 100 }), (samples, percent) => {
        const sorted = samples.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1] ?? Number.NaN;
        const bucket = bounds.findIndex((bound) => exact <= bound);
        const found = bucketQuantile(bucketed(samples), percent / 100) ?? Number.NaN;
        expect(found).toBeGreaterThanOrEqual(bounds[bucket - 1] ?? 0);
        expect(found).toBeLessThanOrEqual(bounds[bucket] ?? Number.NaN);
      }),
    );
  });

  it('never falls as the quantile rises', () => {
    fc.assert(
      fc.property(samplesUpTo50, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (samples, quantile) => {
        const counts = bucketed(samples);
        expect(bucketQuantile(counts, quantile) ?? Number.NaN).toBeLessThanOrEqual(bucketQuantile(counts, 1) ?? Number.NaN);
      }),
    );
  });

  it('is the last bound for samples beyond it, and nothing without samples', () => {
    expect(bucketQuantile(bucketed([400, 500]), 0.5)).toBe(50);
    expect(bucketQuantile(bucketed([]), 0.5)).toBeUndefined();
  });

  it('of a window is the quantile of the samples that were added in it', () => {
    fc.assert(
      fc.property(samplesUpTo50, samplesUpTo50, (before, added) => {
        expect(addedBuckets(bucketed(before), bucketed([...before, ...added]))).toEqual(bucketed(added));
      }),
    );
  });

  it('has no window over a process that began anew', () => {
    expect(addedBuckets(bucketed([3, 4, 5]), bucketed([3]))).toBeUndefined();
  });
});
