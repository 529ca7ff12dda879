import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomSharding } from './random.ts';
import { rangeSharding } from './range.ts';

test('a million expected documents on three shards: 0 to 333k, 333k to 666k, 666k to 1M, and on', () => {
  const { shardOfNumber } = rangeSharding(3, 1_000_000);
  expect([0, 333_333, 333_334, 666_666, 666_667, 999_999, 1_000_000, 5_000_000].map(shardOfNumber)).toEqual([0, 0, 1, 1, 2, 2, 2, 2]);
});

test('ranges are contiguous, in the order of the shards, equal to one document, and leave no shard empty', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 0, max: 500 }), (shards, more) => {
      const expected = shards + more;
      const { shardOfNumber } = rangeSharding(shards, expected);
      const placed = Array.from({ length: expected }, (_, number) => shardOfNumber(number));
      expect(placed).toEqual(placed.toSorted((left, right) => left - right));
      const counts = Array.from({ length: shards }, (_, shard) => placed.filter((other) => other === shard).length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

test('random: a number has the same shard after a restart, another seed gives other shards, and shards fill evenly', () => {
  const draw = (seed: number) => Array.from({ length: 6_000 }, (_, number) => randomSharding(3, seed).shardOfNumber(number));
  const placed = draw(1);
  expect(draw(1)).toEqual(placed);
  expect(draw(2).filter((shard, number) => shard === placed[number]).length / placed.length).toBeCloseTo(1 / 3, 1);
  for (const shard of [0, 1, 2]) {
    // The standard deviation of a share is 37 documents; five of them are beyond chance.
    expect(Math.abs(placed.filter((other) => other === shard).length - 2_000)).toBeLessThan(185);
  }
});
