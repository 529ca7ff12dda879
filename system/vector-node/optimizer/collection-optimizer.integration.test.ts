import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clusteredVectors } from '../hnsw/clustered-vectors.ts';
import type { PointId } from '../points/point-id.ts';
import { OptimizedTable, temporaryDirectory } from './optimized-table.ts';

const size = 16;
const shape = { seed: 11, size, clusters: 10, spread: 0.8, intrinsicSize: 8 };
const request = { vectors: { size, distance: 'Euclid' } };
const brokenWorker = new URL('data:text/javascript,throw new Error("no memory for this thread")');
const forgetfulWorker = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    let batches = 0;
    parentPort.on('message', () => {
      batches += 1;
      if (batches > 3) {
        throw new Error('lost in the middle');
      }
      parentPort.postMessage({ kind: 'added' });
    });
  `)}`,
);
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

const uuidOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const idOf = (number: number): PointId => (number % 3 === 0 ? uuidOf(number) : number % 3 === 1 ? number : 2n ** 60n + BigInt(number));

function fill(table: OptimizedTable, count: number, seed = shape.seed): Float32Array[] {
  const vectors = clusteredVectors({ ...shape, seed });
  return Array.from({ length: count }, (_, number) => {
    const vector = vectors.next().value;
    table.upsert(idOf(number), vector);
    return vector;
  });
}

function graphs(table: OptimizedTable): string[] {
  const folder = path.join(table.directory, 'indexes');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.graph'))
    .map((name) => path.join(folder, name));
}

describe('whatever is written while indexes are built', () => {
  const changes = fc.array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({ kind: fc.constant('upsert' as const), first: fc.nat(400), count: fc.integer({ min: 1, max: 120 }) }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('delete' as const), first: fc.nat(400), count: fc.integer({ min: 1, max: 60 }) }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), first: fc.constant(0), count: fc.nat(3) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const), first: fc.constant(0), count: fc.constant(0) }) },
    ),
    { minLength: 5, maxLength: 30 },
  );

  test('answers have no point that is gone, no score of an older vector, and every point after all', async () => {
    await fc.assert(
      fc.asyncProperty(changes, fc.constantFrom('Cosine', 'Dot', 'Euclid', 'Manhattan'), fc.nat(1000), async (sequence, distance, seed) => {
        await using table = new OptimizedTable({
          vectors: { size, distance },
          optimizers_config: { indexing_threshold: 5, deleted_threshold: 0.3, vacuum_min_vector_number: 100 },
        });
        const vectors = clusteredVectors({ ...shape, seed });
        const model = new Map<PointId, Float32Array>();
        const check = (limit: number) => {
          const query = vectors.next().value;
          const scores = new Map(table.exact(query, { limit: 1000 }).map(({ id, score }) => [id, score]));
          expect(scores.size).toBe(model.size);
          const hits = table.nearest(query, { limit, params: { hnswEf: 32 } });
          expect(hits.map(({ id }) => scores.get(id))).toEqual(hits.map(({ score }) => score));
          expect(hits).toHaveLength(Math.min(limit, model.size));
          expect(new Set(hits.map(({ id }) => id)).size).toBe(hits.length);
        };
        for (const { kind, first, count } of sequence) {
          for (let number = first; number < first + count && kind !== 'wait' && kind !== 'settle'; number += 1) {
            if (kind === 'upsert') {
              const vector = vectors.next().value;
              table.upsert(idOf(number), vector);
              model.set(idOf(number), vector);
            } else {
              table.delete(idOf(number));
              model.delete(idOf(number));
            }
          }
          for (let turn = 0; turn < count && kind === 'wait'; turn += 1) {
            await nextTurn();
          }
          if (kind === 'settle') {
            await table.settled();
          }
          check(7);
        }
        await table.settled();
        check(20);
        // Searching with the vector of each point finds that point or one with the same vector.
        for (const [id, vector] of model) {
          const [best] = table.exact(vector, { limit: 1 });
          const [hit] = table.nearest(vector, { limit: 1, params: { hnswEf: 64 } });
          expect(hit?.score, String(id)).toBe(best?.score);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('points that come during a build are found at once and are in the index at the end', async () => {
    await using table = new OptimizedTable(request);
    const before = fill(table, 3000);
    const vectors = clusteredVectors({ ...shape, seed: 5 });
    const during: Float32Array[] = [];
    while (table.optimizer.state.status === 'yellow' && during.length < 2000) {
      const vector = vectors.next().value;
      table.upsert(1_000_000 + during.length, vector);
      during.push(vector);
      expect(table.nearest(vector, { limit: 1 })[0]?.id).toBe(1_000_000 + during.length - 1);
      await nextTurn();
    }
    expect(during.length).toBeGreaterThan(0);
    await table.settled();
    expect(table.column.count).toBe(before.length + during.length);
    expect(table.column.pendingCount * size * 4).toBeLessThanOrEqual(10 * 1024);
    expect(during.every((vector, index) => table.nearest(vector, { limit: 1 })[0]?.id === 1_000_000 + index)).toBe(true);
  });
});

describe('settings', () => {
  test('a threshold of 0 and m 0 switch the index off; below the threshold nothing is built', async () => {
    for (const settings of [
      { optimizers_config: { indexing_threshold: 0 } },
      { hnsw_config: { m: 0 } },
      { optimizers_config: { indexing_threshold: 1000 } },
    ]) {
      await using table = new OptimizedTable({ ...request, ...settings });
      fill(table, 1000);
      expect(table.optimizer.state).toMatchObject({ status: 'green', indexed_vectors_count: 0, segments_count: 1 });
    }
  });

  test('indexed_only leaves out points that wait, when they are many', async () => {
    await using table = new OptimizedTable(request, undefined, brokenWorker);
    const [first] = fill(table, 1000) as [Float32Array];
    expect(table.nearest(first, { params: { indexedOnly: true } })).toEqual([]);
    expect(table.nearest(first)).toHaveLength(10);
    await using small = new OptimizedTable(request);
    fill(small, 50);
    expect(small.nearest(first, { params: { indexedOnly: true } })).toHaveLength(10);
  });

  test('one indexing thread builds the same index from the same writes', async () => {
    await using left = new OptimizedTable(request);
    await using right = new OptimizedTable(request);
    fill(left, 4000);
    fill(right, 4000);
    await left.settled();
    await right.settled();
    const bytes = [left, right].map((table) => readFileSync(graphs(table)[0] as string));
    expect(bytes[0]?.equals(bytes[1] as Buffer)).toBe(true);
  });

  test.each([
    ['without rescoring', { ignore: false, rescore: false, oversampling: 1 }, 0.5],
    ['with oversampling', { ignore: false, rescore: true, oversampling: 20 }, 0.99],
    ['as if not quantized', { ignore: true, rescore: true, oversampling: 1 }, 0.99],
  ])('quantized vectors %s: enough is found, with the scores of the full vectors', async (_, quantization, least) => {
    await using table = new OptimizedTable({ ...request, quantization_config: { scalar: { type: 'int8' } } });
    fill(table, 3000);
    await table.settled();
    const vectors = clusteredVectors({ ...shape, seed: 99 });
    const queries = Array.from({ length: 40 }, () => vectors.next().value);
    expect(table.recall(queries, { params: { quantization } })).toBeGreaterThanOrEqual(least);
  });
});

describe('a restart', () => {
  const restarted = (table: OptimizedTable) => new OptimizedTable(request, table.directory, brokenWorker);

  async function indexed(): Promise<{ table: OptimizedTable; vectors: Float32Array[] }> {
    const table = new OptimizedTable(request);
    const vectors = fill(table, 2000);
    await table.settled();
    expect(table.optimizer.state.indexed_vectors_count).toBe(2000);
    await table[Symbol.asyncDispose]();
    return { table, vectors };
  }

  test('takes the index from the disk without building anything', async () => {
    const { table, vectors } = await indexed();
    await using again = restarted(table);
    // In another order, as a checkpoint may give them, so that rows have other numbers.
    for (const [number, vector] of [...vectors.entries()].reverse()) {
      again.segment.upsert({ id: idOf(number), vectors: new Map([['', vector]]), payload: {}, payloadJson: '{}' }, 1);
    }
    again.optimizer.start();
    expect(again.optimizer.state).toMatchObject({ status: 'green', indexed_vectors_count: 2000, segments_count: 2 });
    expect(again.nearest(vectors[77] as Float32Array)).toEqual(table.nearest(vectors[77] as Float32Array));
  });

  test('treats points that are gone or have another vector as tombstones', async () => {
    const { table, vectors } = await indexed();
    await using again = restarted(table);
    const changed = Float32Array.from({ length: size }, () => 100);
    for (const [number, vector] of vectors.entries()) {
      if (number !== 3) {
        const stored = number === 5 ? changed : vector;
        again.segment.upsert({ id: idOf(number), vectors: new Map([['', stored]]), payload: {}, payloadJson: '{}' }, 1);
      }
    }
    again.optimizer.start();
    expect(again.optimizer.state.indexed_vectors_count).toBe(1998);
    expect(again.nearest(changed, { limit: 1 })).toEqual([{ id: idOf(5), score: 0 }]);
    expect(again.nearest(vectors[3] as Float32Array).some(({ id }) => id === idOf(3))).toBe(false);
  });

  test.each(['graph', 'manifest'])('builds the index again when its %s is damaged', async (kind) => {
    const { table, vectors } = await indexed();
    const folder = path.join(table.directory, 'indexes');
    const file = path.join(folder, readdirSync(folder).find((name) => name.endsWith(kind)) as string);
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 0x10;
    writeFileSync(file, bytes);
    await using again = new OptimizedTable(request, table.directory);
    for (const [number, vector] of vectors.entries()) {
      again.segment.upsert({ id: idOf(number), vectors: new Map([['', vector]]), payload: {}, payloadJson: '{}' }, 1);
    }
    again.optimizer.start();
    expect(again.optimizer.state).toMatchObject({ status: 'yellow', indexed_vectors_count: 0 });
    const query = vectors[9] as Float32Array;
    expect(again.nearest(query)).toEqual(table.exact(query));
    await again.settled();
    expect(again.optimizer.state).toMatchObject({ status: 'green', indexed_vectors_count: 2000 });
    expect(graphs(again)).toHaveLength(1);
  });
});

describe('a failure', () => {
  test('of the building thread makes the collection red, with the reason, and searches go on exactly', async () => {
    await using table = new OptimizedTable(request, undefined, brokenWorker);
    const vectors = fill(table, 1000);
    await table.settled();
    expect(table.optimizer.state).toEqual({
      status: 'red',
      optimizer_status: { error: 'the index could not be built: no memory for this thread' },
      indexed_vectors_count: 0,
      segments_count: 1,
    });
    expect(table.nearest(vectors[4] as Float32Array)).toEqual(table.exact(vectors[4] as Float32Array));
    fill(table, 1000, 3);
    expect(table.nearest(vectors[4] as Float32Array)).toEqual(table.exact(vectors[4] as Float32Array));
  });

  test('in the middle of a build, with batches under way, ends neither the process nor the searches', async () => {
    await using table = new OptimizedTable(request, undefined, forgetfulWorker);
    const vectors = fill(table, 20_000);
    await table.settled();
    await nextTurn();
    expect(table.optimizer.state.optimizer_status).toEqual({ error: 'the index could not be built: lost in the middle' });
    expect(table.nearest(vectors[4] as Float32Array)).toEqual(table.exact(vectors[4] as Float32Array));
  });

  test('to write the files is one too, and the next attempt can heal it', async () => {
    const directory = temporaryDirectory();
    writeFileSync(path.join(directory, 'indexes'), 'in the way');
    await using table = new OptimizedTable(request, directory);
    fill(table, 1000);
    await table.settled();
    expect(table.optimizer.state.status).toBe('red');
  });

  test('that is no failure: closing during a build ends it, and the next start finds what was published or nothing', async () => {
    const table = new OptimizedTable(request);
    const vectors = fill(table, 20_000);
    await nextTurn();
    expect(table.optimizer.state.status).toBe('yellow');
    await table.optimizer.close();
    expect(table.optimizer.state.optimizer_status).toBe('ok');
    await using again = new OptimizedTable(request, table.directory);
    for (const [number, vector] of vectors.entries()) {
      again.upsert(idOf(number), vector);
    }
    await again.settled();
    expect(again.optimizer.state).toMatchObject({ status: 'green', indexed_vectors_count: 20_000 });
  });
});
