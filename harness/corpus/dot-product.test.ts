import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dotProduct } from './dot-product.ts';

test('is the sum of products, at every length and offset', () => {
  const small = fc.integer({ min: -1000, max: 1000 });
  fc.assert(
    fc.property(fc.array(fc.tuple(small, small), { maxLength: 40 }), fc.nat(20), (pairs, offset) => {
      const block = Float32Array.from([...Array.from({ length: offset }, () => 7), ...pairs.map(([, right]) => right), 7, 7]);
      // Whole numbers of this size are exact in any order of addition.
      const expected = pairs.reduce((sum, [left, right]) => sum + left * right, 0);
      expect(dotProduct(Float32Array.from(pairs.map(([left]) => left)), block, offset)).toBe(expected);
    }),
  );
});
