import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomStream } from '../../policies/random-stream.ts';
import { type Distance, distances, metrics } from './distance.ts';
import { TopK } from './top-k.ts';
import { VectorColumn } from './vector-column.ts';

const size = 5;

/** A column with many equal vectors, so that ties decide what is in an answer. */
const columns = fc.record({
  vectors: fc.array(fc.array(fc.integer({ min: -2, max: 2 }), { minLength: size, maxLength: size }), { minLength: 1, maxLength: 400 }),
  repetitions: fc.integer({ min: 1, max: 12 }),
  deleted: fc.array(fc.nat(5000), { maxLength: 200 }),
  factor: fc.constantFrom(1, 0.1, 1e-20, 1e15, 1e18, 3e18, 1e19),
});
const queries = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: size, maxLength: size });

function fill(distance: Distance, { vectors, repetitions, deleted, factor }: typeof columns extends fc.Arbitrary<infer T> ? T : never) {
  const column = new VectorColumn(size, distance);
  const stored = Array.from({ length: repetitions }, () => vectors).flat();
  for (const [row, vector] of stored.entries()) {
    column.set(row, column.prepared(Float32Array.from(vector, (component) => component * factor)));
  }
  for (const row of deleted) {
    column.delete(row % stored.length);
  }
  return { column, rowCount: stored.length };
}

test.each(distances)('%s: the fast scan gives rows and values of comparing one by one, ties included', (distance) => {
  fc.assert(
    fc.property(columns, queries, fc.integer({ min: 1, max: 40 }), (given, components, limit) => {
      const { column, rowCount } = fill(distance, given);
      const query = column.prepared(Float32Array.from(components));
      const expected = new TopK(limit);
      for (let row = 0; row < rowCount; row += 1) {
        if (column.has(row)) {
          expected.offer(metrics[distance].kernel(query, column.get(row), 0), row);
        }
      }
      const best = new TopK(limit);
      column.scanAll(query, rowCount, best);
      expect(best.sorted()).toEqual(expected.sorted());
    }),
    { numRuns: 300 },
  );
});

test('scans find rows in every block, also with a query that is part of a larger buffer', () => {
  const wide = 4096;
  const rows = 1_300;
  const stream = randomStream(3, 'components');
  const column = new VectorColumn(wide, 'Euclid');
  for (let row = 0; row < rows; row += 1) {
    column.set(
      row,
      Float32Array.from({ length: wide }, () => stream.uniform()),
    );
  }
  expect(column.sharedBlocks.blocks.length).toBeGreaterThan(2);
  for (const row of [0, 511, 512, 1_023, 1_024, 1_299]) {
    const best = new TopK(2);
    column.scanAll(column.get(row), rows, best);
    expect(best.sorted()[0]).toEqual({ row, value: -0 });
  }
});

test('a vector with a component that is no finite number is found by scanning and never waits for an index', () => {
  const column = new VectorColumn(1, 'Dot');
  for (let row = 0; row < 200; row += 1) {
    column.set(row, Float32Array.of(row === 7 ? Number.POSITIVE_INFINITY : row));
  }
  expect(column.pendingCount).toBe(199);
  const best = new TopK(2);
  column.scanAll(Float32Array.of(1), 200, best);
  expect(best.sorted().map(({ row }) => row)).toEqual([7, 199]);
});
