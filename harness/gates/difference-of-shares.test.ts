import fc from 'fast-check';
import { expect, it } from 'vitest';
import { differenceOfShares } from './difference-of-shares.ts';
import { wilsonInterval } from './wilson.ts';

const share = (successes: number, trials: number) => ({ value: successes / trials, ...wilsonInterval(successes, trials) });

it('agrees with the published examples', () => {
  // Newcombe 1998, table II, method 10: 56/70 − 48/80 and 10/10 − 0/10.
  const first = differenceOfShares(share(56, 70), share(48, 80));
  expect([first.low, first.high].map((bound) => bound.toFixed(4))).toEqual(['0.0524', '0.3339']);
  const second = differenceOfShares(share(10, 10), share(0, 10));
  expect([second.low, second.high].map((bound) => bound.toFixed(4))).toEqual(['0.6075', '1.0000']);
});

it('contains the difference and turns round when the sides change places', () => {
  const one = fc.integer({ min: 1, max: 500 }).chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)));
  fc.assert(
    fc.property(one, one, ([a, n], [b, m]) => {
      const [there, back] = [differenceOfShares(share(a, n), share(b, m)), differenceOfShares(share(b, m), share(a, n))];
      expect(there.low).toBeLessThanOrEqual(a / n - b / m + 1e-12);
      expect(there.high).toBeGreaterThanOrEqual(a / n - b / m - 1e-12);
      expect(there.low).toBeCloseTo(-back.high, 12);
    }),
  );
});
