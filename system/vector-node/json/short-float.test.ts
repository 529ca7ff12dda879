import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shortFloat } from './short-float.ts';

test('every 32-bit float is told by at most nine digits', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const short = shortFloat(value);
      expect(Math.fround(short)).toBe(value);
      expect(short.toExponential().replace(/e.*|[^\d]/g, '').length).toBeLessThanOrEqual(9);
    }),
  );
});

test.each([0.1, 0.25, -1.7, 1e-7, 3.4e38, 0])('%f stays short', (value) => {
  expect(shortFloat(Math.fround(value))).toBe(value);
});
