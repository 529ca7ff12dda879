import { describe, expect, test } from 'vitest';
import { type Clustered, clusteredVectors } from '../hnsw/clustered-vectors.ts';
import { parsePath } from '../points/payload-path.ts';
import { distances } from '../segment/distance.ts';
import { OptimizedTable } from './optimized-table.ts';

const points = 12_000;
const leastRecall = 0.95;
const shape: Clustered = { seed: 20_260_705, size: 48, clusters: 120, spread: 0.7, intrinsicSize: 20 };
const scalarQuantization = { scalar: { type: 'int8', quantile: 0.99, always_ram: true } };

/** Filters by the share of the points that they let through; `far` is met by one cluster's neighbourhood only. */
const filters = {
  '0.1 %': { must: [{ key: 'thousandth', match: { value: 3 } }] },
  '1 %': { must: [{ key: 'hundredth', match: { value: 3 } }] },
  '10 %': { must: [{ key: 'tenth', match: { value: '3' } }] },
  '50 %': { must: [{ key: 'tenth', match: { any: ['0', '1', '2', '3', '4'] } }] },
  '50 %, without conditions that an index answers': { must_not: [{ key: 'hundredth', range: { lt: 50 } }] },
  'points on one side of the space': { must: [{ key: 'side', match: { value: true } }] },
};

async function tableOf(distance: string, quantization: unknown): Promise<{ table: OptimizedTable; queries: Float32Array[] }> {
  const table = new OptimizedTable({
    vectors: { size: shape.size, distance },
    optimizers_config: { indexing_threshold: 500 },
    quantization_config: quantization,
  });
  const vectors = clusteredVectors(shape);
  for (let id = 0; id < points; id += 1) {
    const vector = vectors.next().value;
    table.upsert(id, vector, {
      thousandth: id % 1000,
      hundredth: Math.floor(id / 10) % 100,
      tenth: String(Math.floor(id / 100) % 10),
      side: (vector[0] as number) > 0,
    });
  }
  await table.settled();
  return { table, queries: Array.from({ length: 60 }, () => vectors.next().value) };
}

describe.each(distances)('%s', (distance) => {
  test.each([
    ['halves', null],
    ['bytes', scalarQuantization],
  ])('recall@10 of an index of %s is at least 0.95 with every filter, with and without indexes on the payload', async (_, quantization) => {
    const { table, queries } = await tableOf(distance, quantization);
    await using _table = table;
    expect(table.optimizer.state).toEqual({
      status: 'green',
      optimizer_status: 'ok',
      indexed_vectors_count: points,
      segments_count: 2,
    });
    const recalls = () =>
      Object.fromEntries([
        ['no filter', table.recall(queries)],
        ['no filter, ef 128', table.recall(queries, { params: { hnswEf: 128 } })],
        ['limit 100', table.recall(queries, { limit: 100 })],
        ...Object.entries(filters).map(([name, filter]) => [name, table.recall(queries, { filter })]),
      ]);
    const plain = recalls();
    for (const [field, type] of [
      ['thousandth', 'integer'],
      ['hundredth', 'integer'],
      ['tenth', 'keyword'],
      ['side', 'bool'],
    ] as const) {
      table.segment.createIndex(parsePath(field), type);
    }
    for (const [name, recall] of Object.entries({ ...plain, ...recalls() })) {
      expect(recall, name).toBeGreaterThanOrEqual(leastRecall);
    }
  });
});

test('a wider search finds more, and the narrowest one less than all: the graph is really used', async () => {
  const { table, queries } = await tableOf('Euclid', null);
  await using _table = table;
  const recallOf = (hnswEf: number) => table.recall(queries, { limit: 1, params: { hnswEf } });
  expect(recallOf(1)).toBeLessThan(1);
  expect(recallOf(64)).toBeGreaterThanOrEqual(recallOf(1));
  expect(recallOf(256)).toBeGreaterThanOrEqual(0.99);
});

test('after most points were overwritten the rest is still found, before and after the index is built again', async () => {
  const { table, queries } = await tableOf('Cosine', null);
  await using _table = table;
  const others = clusteredVectors({ ...shape, seed: 1 });
  for (let id = 0; id < points; id += 1) {
    if (id % 5 !== 0) {
      table.upsert(id, others.next().value);
    }
  }
  expect(table.optimizer.state.status).toBe('yellow');
  expect(table.recall(queries)).toBeGreaterThanOrEqual(leastRecall);
  await table.settled();
  expect(table.column.serving?.slots.size).toBe(points);
  expect(table.recall(queries)).toBeGreaterThanOrEqual(leastRecall);
});
