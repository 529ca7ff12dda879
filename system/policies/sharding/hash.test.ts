import fc from 'fast-check';
import { v5 as uuidv5 } from 'uuid';
import { describe, expect, test } from 'vitest';
import { shardingPolicy } from './index.ts';

const shardCounts = fc.integer({ min: 1, max: 64 });

test('every point has one shard, which a search asks, and always the same one', () => {
  fc.assert(
    fc.property(fc.string(), shardCounts, (pointId, shards) => {
      const shard = shardingPolicy('hash', shards).shardOf(pointId);
      expect(shardingPolicy('hash', shards).shardOf(pointId)).toBe(shard);
      expect(shardingPolicy('hash', shards).shardsToAsk([])).toContain(shard);
    }),
  );
});

test('a search asks each shard once, ascending', () => {
  fc.assert(
    fc.property(shardCounts, (shards) => {
      expect(shardingPolicy('hash', shards).shardsToAsk([])).toEqual(Array.from({ length: shards }, (_, shard) => shard));
    }),
  );
});

describe('balance', () => {
  const idKinds: Record<string, (index: number) => string> = {
    'derived UUIDs': (index) => uuidv5(`tenant-0/default/doc-${index}`, '6f2d3f0e-6a3b-4c57-9d0c-7b1d2c1c9a54'),
    'consecutive numbers': (index) => String(index),
    'numbers with a common end': (index) => `${index}-document`,
  };
  for (const [kind, idOf] of Object.entries(idKinds)) {
    for (const shards of [2, 3, 4, 6, 8]) {
      // A fair placement of 20,000 points on 8 shards has a standard deviation of 1.9 % of the mean, so 10 % is beyond chance.
      test(`${kind} on ${shards} shards: the fullest is within 10 % of the mean`, () => {
        const policy = shardingPolicy('hash', shards);
        const counts = Array.from({ length: shards }, () => 0);
        for (let index = 0; index < 20_000; index += 1) {
          const shard = policy.shardOf(idOf(index));
          counts[shard] = (counts[shard] ?? 0) + 1;
        }
        expect(Math.max(...counts)).toBeLessThan((20_000 / shards) * 1.1);
      });
    }
  }
});
