import fc from 'fast-check';
import { v5 as uuidv5 } from 'uuid';
import { expect, test } from 'vitest';
import { defaultVirtualNodes, hashRing } from './consistent-hash.ts';
import { shardingPolicy } from './index.ts';

const pointIds = Array.from({ length: 20_000 }, (_, index) =>
  uuidv5(`tenant-0/default/doc-${index}`, '6f2d3f0e-6a3b-4c57-9d0c-7b1d2c1c9a54'),
);
const numbers = (count: number) => Array.from({ length: count }, (_, shard) => shard);
const movedShare = (before: (id: string) => number, after: (id: string) => number) =>
  pointIds.filter((id) => before(id) !== after(id)).length / pointIds.length;

/** A shard's share of the ring is a sum of 150 gaps: its standard deviation is 1 / √150, 8 % of the mean. */
const threeDeviations = 3 / Math.sqrt(defaultVirtualNodes);

test.each([2, 3, 4, 6, 8])(
  'with 150 virtual nodes on each of %i shards the fullest is within three standard deviations of the mean',
  (shards) => {
    const counts = numbers(shards).map(() => 0);
    const shardOf = hashRing(numbers(shards), defaultVirtualNodes);
    for (const id of pointIds) {
      const shard = shardOf(id);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(Math.max(...counts) / (pointIds.length / shards)).toBeLessThan(1 + threeDeviations);
  },
);

test('a shard that joins takes 1/n of the points, and nothing moves between the others; by remainder almost everything moves', () => {
  for (const shards of [2, 3, 4, 6, 7]) {
    const before = hashRing(numbers(shards), defaultVirtualNodes);
    const after = hashRing(numbers(shards + 1), defaultVirtualNodes);
    const fair = 1 / (shards + 1);
    expect(Math.abs(movedShare(before, after) - fair)).toBeLessThan(fair * threeDeviations);
    expect(pointIds.filter((id) => before(id) !== after(id)).every((id) => after(id) === shards)).toBe(true);
    const remainder = (count: number) => shardingPolicy('hash', count).shardOf;
    expect(movedShare(remainder(shards), remainder(shards + 1))).toBeCloseTo(shards / (shards + 1), 1);
  }
});

test('whichever shard leaves, only its own points move', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 8 }), fc.nat(), fc.array(fc.string(), { maxLength: 100 }), (shards, drawn, names) => {
      const leaving = drawn % shards;
      const before = hashRing(numbers(shards), defaultVirtualNodes);
      const after = hashRing(
        numbers(shards).filter((shard) => shard !== leaving),
        defaultVirtualNodes,
      );
      for (const name of names) {
        expect(after(name) === before(name)).toBe(before(name) !== leaving);
      }
    }),
    { numRuns: 30 },
  );
});
