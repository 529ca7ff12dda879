import { expect, test } from 'vitest';
import { ShardRing } from './shard-ring.ts';
import { siphash24 } from './siphash.ts';

test('SipHash-2-4 of nothing with a key of zeros is the value of the reference implementation', () => {
  expect(siphash24(Buffer.alloc(0)).toString(16)).toBe('1e924b9d737700d7');
});

test('points lie where a real Qdrant keeps them', () => {
  const ring = new ShardRing(2);
  expect([1, 2, 3, 4, 5].map((id) => ring.shardOf(id)).filter((shard) => shard === 0).length).toBe(4);
  expect(ring.shardOf(5)).toBe(0);
});

test('three shards get about equally many points, integers and UUIDs alike', () => {
  const ring = new ShardRing(3);
  const counts = [0, 0, 0];
  for (let id = 0; id < 3000; id += 1) {
    const uuid = `00000000-0000-4000-8000-${id.toString(16).padStart(12, '0')}`;
    const shard = ring.shardOf(id % 2 === 0 ? id : uuid);
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3000);
  expect(counts.every((count) => count > 600 && count < 1500)).toBe(true);
});
