import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomStream } from '../random-stream.ts';
import { backoffMs } from './backoff.ts';

const options = { firstMs: 100, longestMs: 5_000 };

test('a wait is positive and never above its ceiling, even after very many attempts', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5_000 }), fc.integer(), (attempt, seed) => {
      const stream = randomStream(seed, 'backoff');
      const waitMs = backoffMs(attempt, options, () => stream.positive());
      expect(waitMs).toBeGreaterThan(0);
      expect(waitMs).toBeLessThanOrEqual(Math.min(5_000, 100 * 2 ** Math.min(attempt, 50)));
    }),
  );
});

test('the ceiling doubles until the longest wait', () => {
  expect([0, 1, 2, 5, 6, 60].map((attempt) => backoffMs(attempt, options, () => 1))).toEqual([100, 200, 400, 3_200, 5_000, 5_000]);
});
