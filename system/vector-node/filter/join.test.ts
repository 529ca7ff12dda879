import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joined, onlyIds, withoutIds } from './join.ts';
import { compileFilter, type PointSource } from './matcher.ts';
import { readFilter } from './read-filter.ts';

const source: PointSource = {
  idOf: (row) => row,
  hasVector: () => false,
  indexedRows: () => undefined,
  isTextIndexed: () => false,
};

const conditions = fc.array(
  fc.integer({ min: 0, max: 4 }).map((value) => ({ key: 'n', match: { value } })),
  { maxLength: 3 },
);
const filters = fc.record(
  {
    must: conditions,
    should: conditions,
    must_not: conditions,
    min_should: fc.record({ conditions, min_count: fc.integer({ min: 0, max: 2 }) }),
  },
  { requiredKeys: [] },
);

test('a point passes two joined filters when it passes both', () => {
  fc.assert(
    fc.property(fc.option(filters), fc.option(filters), fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }), (left, right, n) => {
      const [first, second] = [left, right].map((filter) => readFilter(filter, { name: 'filter', allowsEmptyField: false }));
      const passes = (filter: typeof first) => filter === undefined || compileFilter(filter, source)({ n }, 0);
      expect(passes(joined(first, second))).toBe(passes(first) && passes(second));
    }),
  );
});

test('only these points, and all but these', () => {
  const rows = [1, 2, 3];
  const passing = (filter: ReturnType<typeof joined>) =>
    rows.filter((row) => filter === undefined || compileFilter(filter, source)({}, row));
  expect(passing(onlyIds([1, 3, 9]))).toEqual([1, 3]);
  expect(passing(withoutIds([1, 3]))).toEqual([2]);
  expect(passing(joined(onlyIds([1, 2]), withoutIds([2])))).toEqual([1]);
  expect(withoutIds([])).toBeUndefined();
});
