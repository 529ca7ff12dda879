import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byScore, mergeTopK, type Scored } from './merge.ts';
import { shardingPolicy } from './sharding/index.ts';

// Few distinct scores, so that ties are common.
const corpus = fc.uniqueArray(fc.record({ id: fc.uuid(), score: fc.integer({ min: -4, max: 4 }).map((value) => value / 4) }), {
  selector: ({ id }) => id,
  maxLength: 80,
});
const topK = (hits: readonly Scored[], k: number) => [...hits].sort(byScore).slice(0, k);

test('the merged top k of the shards is the top k of everything, ties included', () => {
  fc.assert(
    fc.property(corpus, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 20 }), (points, shards, k) => {
      const policy = shardingPolicy('hash', shards);
      const lists = policy.shardsToAsk([]).map((shard) =>
        topK(
          points.filter(({ id }) => policy.shardOf(id) === shard),
          k,
        ),
      );
      expect(mergeTopK(lists, k)).toEqual(topK(points, k));
    }),
  );
});

test('the order in which shards answer does not matter', () => {
  fc.assert(
    fc.property(fc.array(corpus, { maxLength: 5 }), fc.integer({ min: 1, max: 20 }), (lists, k) => {
      const ids = (merged: Scored[]) => merged.map(({ id, score }) => [id, score]);
      expect(ids(mergeTopK([...lists].reverse(), k))).toEqual(ids(mergeTopK(lists, k)));
    }),
  );
});

test('a point on two shards is kept once, with its higher score', () => {
  const merged = mergeTopK(
    [
      [
        { id: 'a', score: 0.4 },
        { id: 'b', score: 0.3 },
      ],
      [{ id: 'a', score: 0.9 }],
    ],
    10,
  );
  expect(merged).toEqual([
    { id: 'a', score: 0.9 },
    { id: 'b', score: 0.3 },
  ]);
});
