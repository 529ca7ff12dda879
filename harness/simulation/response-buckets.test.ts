import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketCount, bucketOf, bucketPercentile } from './response-buckets.ts';

test('the middle of its bucket is within 0.8 % or a µs of every time up to 35 minutes', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 2_000_000, noNaN: true }), (ms) => {
      const counts = new Uint32Array(bucketCount);
      const bucket = bucketOf(ms);
      expect(bucket).toBeLessThan(bucketCount);
      counts[bucket] = 1;
      expect(Math.abs((bucketPercentile(counts, 50) ?? Number.NaN) - ms)).toBeLessThanOrEqual(Math.max(0.001, ms * 0.0079));
    }),
  );
});

test('longer times are in a higher bucket or the same, and the longest in the last', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.double({ min: 0, max: 1e9, noNaN: true }), (one, other) => {
      expect(bucketOf(Math.min(one, other))).toBeLessThanOrEqual(bucketOf(Math.max(one, other)));
    }),
  );
  expect(bucketOf(1e12)).toBe(bucketCount - 1);
});

test('percentiles are of the nearest rank; nothing has none', () => {
  const counts = new Uint32Array(bucketCount);
  expect(bucketPercentile(counts, 95)).toBeUndefined();
  for (let ms = 1; ms <= 100; ms += 1) {
    const bucket = bucketOf(ms);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  for (const percentile of [1, 50, 95, 100]) {
    expect(Math.abs((bucketPercentile(counts, percentile) ?? 0) / percentile - 1)).toBeLessThan(0.016);
  }
});
