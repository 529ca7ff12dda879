import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roundRobin } from './round-robin.ts';

test('no choice is taken twice more often than another', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 200 }), (size, draws) => {
      const next = roundRobin(Array.from({ length: size }, (_, index) => index));
      const counts = Array.from({ length: size }, () => 0);
      for (let draw = 0; draw < draws; draw += 1) {
        const choice = next();
        counts[choice] = (counts[choice] ?? 0) + 1;
      }
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

test('nothing to choose from is an error', () => {
  expect(() => roundRobin([])).toThrow(RangeError);
});
