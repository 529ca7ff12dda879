import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TopK } from './top-k.ts';

test('keeps what sorting would put first, whatever the order of offering', () => {
  const values = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true })), { maxLength: 200 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 50 }), fc.func(fc.integer()), (offered, capacity, shuffleKey) => {
      const entries = offered.map((value, row) => ({ row, value }));
      const best = new TopK(capacity);
      for (const { value, row } of entries.toSorted((left, right) => shuffleKey(left.row) - shuffleKey(right.row))) {
        best.offer(value, row);
      }
      const sorted = entries.toSorted((left, right) =>
        left.value === right.value ? left.row - right.row : left.value < right.value ? 1 : -1,
      );
      expect(best.sorted()).toEqual(sorted.slice(0, capacity));
    }),
  );
});

test('a value that is no number comes last and displaces nothing', () => {
  const best = new TopK(2);
  best.offer(Number.NaN, 0);
  best.offer(1, 1);
  best.offer(2, 2);
  best.offer(Number.NaN, 3);
  expect(best.sorted().map(({ row }) => row)).toEqual([2, 1]);
});
