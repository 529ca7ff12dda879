import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';

test('in any minute no more is let through than a full bucket and what flows in, and a refusal tells when to come back', () => {
  const calls = fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), calls, (perMinute, given) => {
      let nowMs = 0;
      let taken = 0;
      const limiter = new RateLimiter(perMinute, () => nowMs);
      for (const [waitMs, cost] of given) {
        nowMs += waitMs;
        const verdict = limiter.take(cost);
        expect(verdict.kind === 'tooLarge').toBe(cost > perMinute);
        taken += verdict.kind === 'allowed' ? cost : 0;
        if (verdict.kind === 'refused') {
          nowMs += verdict.retryAfterSeconds * 1000 + 1;
          expect(limiter.take(cost).kind).toBe('allowed');
          taken += cost;
        }
        expect(taken).toBeLessThanOrEqual(perMinute + (perMinute * nowMs) / 60_000 + 1e-6);
      }
    }),
  );
});
