import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTokenBucket } from './token-bucket.ts';

describe('a token bucket', () => {
  test('60 per minute enforced per second is one per second', () => {
    const bucket = createTokenBucket({ perMinute: 60, windowMs: 1000 });
    expect([0, 1, 999, 1000, 1500, 2000].map((ms) => bucket.take(1, ms))).toEqual([true, false, false, true, false, true]);
    expect(bucket.waitMs(1, 2250)).toBeCloseTo(750, 6);
  });

  test('lets through at most the rate times the time plus what it holds, in every window', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60_000 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.array(fc.record({ gapMs: fc.integer({ min: 0, max: 500 }), amount: fc.integer({ min: 1, max: 40 }) }), { maxLength: 200 }),
        (perMinute, windowMs, attempts) => {
          const bucket = createTokenBucket({ perMinute, windowMs });
          const admitted: { atMs: number; amount: number }[] = [];
          let atMs = 0;
          for (const { gapMs, amount } of attempts) {
            atMs += gapMs;
            if (bucket.take(amount, atMs)) {
              admitted.push({ atMs, amount });
            } else {
              bucket.penalise(amount, atMs);
            }
          }
          // An amount beyond the capacity goes through once the bucket is full.
          const burst = bucket.capacity + Math.max(0, ...admitted.map(({ amount }) => amount - bucket.capacity));
          for (let from = 0; from < admitted.length; from += 1) {
            let sum = 0;
            for (let to = from; to < admitted.length; to += 1) {
              sum += admitted[to]?.amount ?? 0;
              const lengthMs = (admitted[to]?.atMs ?? 0) - (admitted[from]?.atMs ?? 0);
              expect(sum).toBeLessThanOrEqual((perMinute * lengthMs) / 60_000 + burst + 1e-6);
            }
          }
        },
      ),
    );
  });

  test('admits at the time that it names, and not before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6000 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
        (perMinute, amounts) => {
          const bucket = createTokenBucket({ perMinute, windowMs: 1000 });
          let nowMs = 0;
          for (const amount of amounts) {
            const waitMs = bucket.waitMs(amount, nowMs);
            if (waitMs > 0.01) {
              expect(bucket.take(amount, nowMs + waitMs * 0.99)).toBe(false);
            }
            nowMs += waitMs;
            expect(bucket.take(amount, nowMs)).toBe(true);
          }
        },
      ),
    );
  });

  test('attempts without a pause keep it empty; after a pause it admits again', () => {
    const bucket = createTokenBucket({ perMinute: 60, windowMs: 1000 });
    expect(bucket.take(1, 0)).toBe(true);
    for (let atMs = 500; atMs <= 10_000; atMs += 500) {
      expect(bucket.take(1, atMs)).toBe(false);
      bucket.penalise(1, atMs);
    }
    expect(bucket.take(1, 11_000)).toBe(true);
  });
});
