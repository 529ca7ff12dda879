import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SparseColumn } from './sparse-column.ts';
import { readSparseVector, type SparseVector } from './sparse-vector.ts';

const vector = (entries: readonly (readonly [number, number])[]): SparseVector => {
  const sorted = [...new Map(entries)].sort(([left], [right]) => left - right);
  return { indices: Uint32Array.from(sorted, ([index]) => index), values: Float32Array.from(sorted, ([, value]) => value) };
};
const vectors = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.float({ min: -4, max: 4, noNaN: true })), { maxLength: 6 })
  .map(vector);
const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.option(vectors)), { maxLength: 60 });

describe.each(['none', 'idf'] as const)('modifier %s', (modifier) => {
  test('an inverted index that was written and deleted at will scores as every vector compared with the query', () => {
    fc.assert(
      fc.property(changes, vectors, fc.integer({ min: 1, max: 20 }), fc.boolean(), (steps, query, limit, isFiltered) => {
        const column = new SparseColumn(modifier);
        const model = new Map<number, SparseVector>();
        for (const [row, given] of steps) {
          if (given === null) {
            column.delete(row);
            model.delete(row);
          } else {
            column.set(row, given);
            model.set(row, given);
          }
        }
        const passes = isFiltered ? (row: number) => row % 2 === 0 : undefined;
        const total = [...model.values()].filter(({ indices }) => indices.length > 0).length;
        const having = (dimension: number) => [...model.values()].filter(({ indices }) => indices.includes(dimension)).length;
        const expected = [...model]
          .filter(([row, { indices }]) => (passes?.(row) ?? true) && indices.some((dimension) => query.indices.includes(dimension)))
          .map(([row, { indices, values }]) => {
            let score = 0;
            query.indices.forEach((dimension, position) => {
              const at = indices.indexOf(dimension);
              const n = having(dimension);
              const weight = modifier === 'idf' ? Math.log(1 + (total - n + 0.5) / (n + 0.5)) : 1;
              score += at === -1 ? 0 : weight * (query.values[position] as number) * (values[at] as number);
            });
            return { row, score };
          })
          .sort((left, right) => right.score - left.score || left.row - right.row)
          .slice(0, limit);
        const found = column.nearest(query, limit, passes);
        expect(found.length).toBe(expected.length);
        found.forEach(({ score }, rank) => {
          expect(score).toBeCloseTo(expected[rank]?.score ?? Number.NaN, 4);
        });
        expect(column.count).toBe(model.size);
        for (const [row, stored] of model) {
          expect(column.get(row)).toEqual(stored);
        }
      }),
    );
  });
});

test('what is deleted counts in the weights of terms until it is forgotten; what is replaced does not', () => {
  const column = new SparseColumn('idf');
  const scoreOf = (dimension: number) => column.nearest(vector([[dimension, 1]]), 1, undefined)[0]?.score;
  const weight = (total: number, having: number) => Math.fround(Math.log(1 + (total - having + 0.5) / (having + 0.5)));
  for (let row = 0; row < 8; row += 1) {
    column.set(row, vector(row < 4 ? [[1, 1]] : [[2, 1]]));
  }
  column.retire(0);
  column.retire(7);
  expect(scoreOf(1)).toBeCloseTo(weight(8, 4), 6);
  column.set(3, vector([[2, 1]]));
  expect(scoreOf(1)).toBeCloseTo(weight(8, 3), 6);
  column.delete(4);
  expect(scoreOf(2)).toBeCloseTo(weight(7, 4), 6);
  column.forgetRetired();
  expect(scoreOf(1)).toBeCloseTo(weight(5, 2), 6);
  expect(column.count).toBe(5);
});

test('so many deleted vectors are forgotten', () => {
  const column = new SparseColumn('idf');
  for (let row = 0; row < 1500; row += 1) {
    column.set(row, vector([[row % 2, 1]]));
  }
  for (let row = 0; row < 1000; row += 1) {
    column.retire(row);
  }
  const score = column.nearest(vector([[0, 1]]), 1, undefined)[0]?.score;
  expect(score).toBeCloseTo(Math.log(1 + (500 - 250 + 0.5) / (250 + 0.5)), 6);
});

test('dimensions are put in order, and a vector of unequal lists or with a dimension twice is refused', () => {
  expect(readSparseVector({ indices: [9, 7], values: [0.5, 2] }, 'v')).toEqual(
    vector([
      [7, 2],
      [9, 0.5],
    ]),
  );
  expect(() => readSparseVector({ indices: [1, 1], values: [1, 2] }, 'v')).toThrow('[v.indices: Validation error: must be unique [{}]]');
  expect(() => readSparseVector({ indices: [1, 2], values: [1] }, 'v')).toThrow(
    '[v.values: Validation error: must be the same length as indices [{}]]',
  );
  for (const other of [
    { indices: [-1], values: [1] },
    { indices: [2 ** 32], values: [1] },
    { indices: [1], values: ['1'] },
    { indices: 1, values: [1] },
  ]) {
    expect(readSparseVector(other, 'v')).toBeUndefined();
  }
});
