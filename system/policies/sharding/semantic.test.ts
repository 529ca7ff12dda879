import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createConceptSpace } from '../../concepts/concept-space.ts';
import { byScore, mergeTopK } from '../merge.ts';
import { randomStream } from '../random-stream.ts';
import { shardingPolicy } from './index.ts';
import { nearestShards, roomPerShard, semanticSharding } from './semantic.ts';
import { dot, sphericalKMeans } from './spherical-k-means.ts';

const vector = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 });
const vectors = fc.array(vector, { minLength: 1, maxLength: 80 });

/** Places vectors one after the other, as the indexer does. */
function placeAll(list: readonly number[][], shards: number, probes = 2) {
  const policy = semanticSharding(shards, probes, 1);
  const centroids = policy.centroidsOf(list, list[0]?.length ?? 0);
  const counts = Array.from({ length: shards }, () => 0);
  const placed = list.map((one) => {
    const shard = policy.place(one, centroids, counts);
    counts[shard] = (counts[shard] ?? 0) + 1;
    return shard;
  });
  return { centroids, counts, placed, routing: policy.routing(centroids) };
}

test('centroids are unit vectors, as many as shards, and the same for the same vectors, however few or alike these are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(vector, fc.constant([0, 0, 0, 0]), fc.constant([1, 0, 0, 0])), { maxLength: 30 }),
      fc.integer({ min: 1, max: 8 }),
      (list, count) => {
        const centroids = sphericalKMeans(list, count, 4, randomStream(1, 'centroids'));
        expect(centroids).toHaveLength(count);
        for (const centroid of centroids) {
          expect(dot(centroid, centroid)).toBeCloseTo(1, 9);
        }
        expect(sphericalKMeans(list, count, 4, randomStream(1, 'centroids'))).toEqual(centroids);
      },
    ),
  );
});

test('no shard is filled beyond its room, and a document is elsewhere than on its nearest shard only when that one is full', () => {
  fc.assert(
    fc.property(fc.array(vector, { minLength: 1, maxLength: 300 }), fc.integer({ min: 2, max: 6 }), (list, shards) => {
      const { centroids, counts, placed } = placeAll(list, shards);
      expect(Math.max(...counts)).toBeLessThanOrEqual(roomPerShard(list.length, shards));
      const soFar = Array.from({ length: shards }, () => 0);
      for (const [index, shard] of placed.entries()) {
        const nearer = nearestShards(list[index] as number[], centroids).slice(
          0,
          nearestShards(list[index] as number[], centroids).indexOf(shard),
        );
        expect(nearer.every((other) => (soFar[other] ?? 0) >= roomPerShard(index + 1, shards))).toBe(true);
        soFar[shard] = (soFar[shard] ?? 0) + 1;
      }
    }),
    { numRuns: 40 },
  );
});

test('a search asks as many different shards as it has probes, the nearest among them; without centroids all', () => {
  fc.assert(
    fc.property(vectors, vector, fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 6 }), (list, query, shards, wished) => {
      const probes = Math.min(wished, shards);
      const { centroids, routing } = placeAll(list, shards, probes);
      const asked = routing.shardsToAsk(query);
      expect(asked).toEqual([...new Set(asked)].sort((left, right) => left - right));
      expect(asked).toHaveLength(probes);
      expect(asked).toContain(nearestShards(query, centroids)[0]);
      expect(semanticSharding(shards, probes, 1).routing(undefined).shardsToAsk(query)).toHaveLength(shards);
    }),
  );
});

test('with as many probes as shards the answer is that of hash placement, exactly', () => {
  fc.assert(
    fc.property(vectors, vector, fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 20 }), (list, query, shards, k) => {
      const points = list.map((one, index) => ({ id: `point-${index}`, score: dot(one, query) }));
      const hash = shardingPolicy('hash', shards);
      const { placed, routing } = placeAll(list, shards, shards);
      const answer = (shardOf: (index: number) => number, asked: readonly number[]) =>
        mergeTopK(
          asked.map((shard) =>
            points
              .filter((_point, index) => shardOf(index) === shard)
              .sort(byScore)
              .slice(0, k),
          ),
          k,
        );
      expect(answer((index) => placed[index] as number, routing.shardsToAsk(query))).toEqual(
        answer((index) => hash.shardOf(`point-${index}`), hash.shardsToAsk(query)),
      );
    }),
  );
});

test('on texts about concepts, recall grows with the probes, and two of three shards hold nearly all', () => {
  const space = createConceptSpace({ seed: 1, concepts: 64, dimensions: 64 });
  const random = randomStream(1, 'texts');
  const text = (words: number) => {
    const about = [random.below(64), random.below(64)];
    return Array.from({ length: words }, (_, index) => space.words(about[index % 3 === 2 ? 1 : 0] as number, 'en')[random.below(12)]).join(
      ' ',
    );
  };
  const list = Array.from({ length: 1_500 }, () => Array.from(space.embed(text(30))));
  const questions = Array.from({ length: 60 }, () => Array.from(space.embed(text(8))));
  const { centroids, placed } = placeAll(list, 3);
  const recallAt = (probes: number) => {
    const routing = semanticSharding(3, probes, 1).routing(centroids);
    const found = questions.map((question) => {
      const asked = routing.shardsToAsk(question);
      const nearest = list
        .map((one, index) => ({ index, score: dot(one, question) }))
        .sort((left, right) => right.score - left.score)
        .slice(0, 10);
      return nearest.filter(({ index }) => asked.includes(placed[index] as number)).length / 10;
    });
    return found.reduce((sum, value) => sum + value, 0) / found.length;
  };
  const [one, two, three] = [recallAt(1), recallAt(2), recallAt(3)] as [number, number, number];
  expect(three).toBe(1);
  expect(two).toBeGreaterThan(0.85);
  expect(two).toBeGreaterThanOrEqual(one);
  // A third is what one shard would hold of answers that had nothing to do with placement.
  expect(one).toBeGreaterThan(0.5);
});
