import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFilter } from '../filter/read-filter.ts';
import { writeJson } from '../json/write.ts';
import { parsePath } from '../points/payload-path.ts';
import { comparePointIds, type PointId } from '../points/point-id.ts';
import { FlatSegment, type StoredPoint } from './flat-segment.ts';

const filterOf = (filter: unknown) => readFilter(filter, { name: 'filter', allowsEmptyField: false });

function point(id: PointId, vector: number[] | undefined, payload: Record<string, unknown> = {}): StoredPoint {
  const vectors = new Map(vector === undefined ? [] : [['', Float32Array.from(vector)] as const]);
  return { id, vectors, payload, payloadJson: writeJson(payload) };
}

const ids = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.constantFrom(2n ** 60n, 2n ** 60n + 1n),
  fc.constantFrom('0b'.padEnd(36, '0'), '0a'.padEnd(36, '0')),
);
const upsert = fc.record({
  kind: fc.constant('upsert' as const),
  id: ids,
  vector: fc.option(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 }), { nil: undefined, freq: 8 }),
  tenant: fc.constantFrom<unknown>('a', 'b', ['a', 'b'], null, 7, undefined),
});
const changes = fc.array(fc.oneof(upsert, upsert, fc.record({ kind: fc.constant('delete' as const), id: ids })), { maxLength: 60 });
const filters = fc.constantFrom<unknown>(
  undefined,
  { must: [{ key: 'tenant', match: { value: 'a' } }] },
  { must: [{ key: 'tenant', match: { any: ['a', 'b'] } }, { has_id: [1, 2, 3, 4, 5, 6] }] },
  { must: [{ key: 'tenant', match: { value: 'a' } }], must_not: [{ key: 'tenant', match: { value: 'b' } }] },
  { must_not: [{ key: 'tenant', match: { any: ['a'] } }] },
  { should: [{ key: 'tenant', match: { value: 7 } }, { is_null: { key: 'tenant' } }] },
);

/** Applies the same changes to a segment and to a Map. */
function replayed(steps: typeof changes extends fc.Arbitrary<infer T> ? T : never, index: 'keyword' | 'none') {
  const segment = new FlatSegment({ '': { size: 3, distance: 'Dot' } });
  const model = new Map<PointId, StoredPoint>();
  if (index === 'keyword') {
    segment.createIndex(parsePath('tenant'), 'keyword');
  }
  for (const step of steps) {
    if (step.kind === 'delete') {
      expect(segment.delete(step.id)).toBe(model.delete(step.id));
    } else {
      const stored = point(step.id, step.vector, step.tenant === undefined ? {} : { tenant: step.tenant });
      segment.upsert(stored, 1);
      model.set(step.id, stored);
    }
  }
  return { segment, model };
}

describe.each(['keyword', 'none'] as const)('a segment with index %s behaves as a Map of points', (index) => {
  test('points, payloads, vectors, counts and the order of scrolling', () => {
    fc.assert(
      fc.property(changes, filters, (steps, filter) => {
        const { segment, model } = replayed(steps, index);
        expect(segment.pointCount).toBe(model.size);
        for (const [id, stored] of model) {
          const row = segment.rowOf(id) as number;
          expect(segment.payloadJsonOf(row)).toBe(stored.payloadJson);
          expect(segment.hasVector(row, '')).toBe(stored.vectors.has(''));
        }
        const plain = replayed(steps, 'none').segment;
        const matching = segment.scroll(filterOf(filter), undefined, 1000).map((row) => segment.idOf(row));
        expect(matching).toEqual(plain.scroll(filterOf(filter), undefined, 1000).map((row) => plain.idOf(row)));
        expect(matching).toEqual([...matching].sort(comparePointIds));
        expect(segment.count(filterOf(filter))).toBe(matching.length);
        if (filter === undefined) {
          expect(new Set(matching)).toEqual(new Set(model.keys()));
        }
      }),
    );
  });

  test('the nearest points are those of comparing with every point', () => {
    const query = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(changes, query, filters, fc.integer({ min: 1, max: 8 }), (steps, vector, filter, limit) => {
        const { segment, model } = replayed(steps, index);
        const allowed = new Set(segment.scroll(filterOf(filter), undefined, 1000).map((row) => segment.idOf(row)));
        const scores = [...model.values()]
          .filter(({ id, vectors }) => allowed.has(id) && vectors.has(''))
          .map(({ vectors }) =>
            (vectors.get('') as Float32Array).reduce((sum, component, at) => sum + component * (vector[at] as number), 0),
          )
          .sort((left, right) => right - left);
        const request = {
          vectorName: '',
          vector: Float32Array.from(vector),
          limit,
          filter: filterOf(filter),
          scoreThreshold: undefined,
          without: undefined,
        };
        const hits = segment.nearest(request);
        expect(hits.map(({ score }) => score)).toEqual(scores.slice(0, limit).map((score) => Math.fround(score)));
        expect(hits.every(({ row }) => allowed.has(segment.idOf(row)))).toBe(true);
      }),
    );
  });
});

test('vectors keep their values across blocks, and rows of deleted points are used again', () => {
  const size = 65_536;
  const segment = new FlatSegment({ '': { size, distance: 'Dot' } });
  for (let id = 0; id < 40; id += 1) {
    segment.upsert(
      point(
        id,
        Array.from({ length: size }, () => id),
      ),
      1,
    );
  }
  segment.delete(3);
  segment.upsert(
    point(
      100,
      Array.from({ length: size }, () => 0.5),
    ),
    2,
  );
  const column = segment.columns.get('');
  expect(segment.rowOf(100)).toBe(3);
  expect(column?.get(3)[size - 1]).toBe(0.5);
  expect(column?.get(39)[0]).toBe(39);
});

test('a score at the threshold is not beyond it, and the point searched from is left out', () => {
  const segment = new FlatSegment({ '': { size: 1, distance: 'Euclid' } });
  for (const id of [1, 2, 3]) {
    segment.upsert(point(id, [id]), 1);
  }
  const hits = segment.nearest({ vectorName: '', vector: Float32Array.of(1), limit: 3, filter: undefined, scoreThreshold: 2, without: 1 });
  expect(hits.map(({ row, score }) => [segment.idOf(row), score])).toEqual([[2, 1]]);
});
