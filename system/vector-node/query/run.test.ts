import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Catalogue } from '../catalogue.ts';
import { Collection } from '../collection.ts';
import { compileFilter } from '../filter/matcher.ts';
import { readFilter } from '../filter/read-filter.ts';
import { readCollectionConfig } from '../wire/collection-config.ts';
import { readQuery } from '../wire/query-request.ts';
import { QueryRunner } from './run.ts';

const pointCount = 40;

/** Forty points on a grid, every third without a sparse vector. */
function filledCollection(): Collection {
  const config = readCollectionConfig({ vectors: { dense: { size: 3, distance: 'Dot' } }, sparse_vectors: { terms: { modifier: 'idf' } } });
  const collection = new Collection('c', config);
  for (let id = 0; id < pointCount; id += 1) {
    const payload = { n: id, group: `g${id % 4}` };
    const sparseVectors = new Map([
      ['terms', { indices: Uint32Array.of(id % 5, 5 + (id % 7)), values: Float32Array.of(1 + (id % 3), 0.5) }],
    ]);
    collection.segment.upsert(
      {
        id,
        vectors: new Map([['dense', Float32Array.of(Math.sin(id), Math.cos(id * 2), (id % 10) / 10)]]),
        ...(id % 3 === 0 ? {} : { sparseVectors }),
        payload,
        payloadJson: JSON.stringify(payload),
      },
      id + 1,
    );
  }
  collection.segment.createIndex({ text: 'group', steps: [{ kind: 'key', key: 'group' }] }, 'keyword');
  return collection;
}

const collection = filledCollection();
const { segment } = collection;
const runner = new QueryRunner(collection, { has: () => false } as unknown as Catalogue);
const run = (body: unknown) => {
  const query = readQuery(body);
  return runner.run(query, query.offset + query.limit).slice(query.offset);
};
const idsOf = (hits: ReturnType<typeof run>) => hits.map(({ row }) => segment.idOf(row) as number);

const component = fc.integer({ min: -3, max: 3 });
const dense = fc.tuple(component, component, component);
const sparse = fc
  .uniqueArray(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 })
  .map((indices) => ({ indices, values: indices.map(() => 1) }));
const ids = fc.integer({ min: 0, max: pointCount - 1 });
const filters = fc.constantFrom(
  undefined,
  { must: [{ key: 'group', match: { value: 'g1' } }] },
  { must_not: [{ key: 'n', range: { gte: 20 } }] },
  { should: [{ key: 'group', match: { value: 'g2' } }, { has_id: [1, 2, 3] }] },
);
const leaf = fc
  .tuple(
    fc.oneof(
      dense.map((query) => ({ query, using: 'dense' })),
      sparse.map((query) => ({ query, using: 'terms' })),
      ids.map((query) => ({ query, using: 'dense' })),
      fc
        .record({ positive: fc.array(ids, { minLength: 1, maxLength: 3 }), negative: fc.array(ids, { maxLength: 2 }) })
        .map((recommend) => ({
          query: { recommend },
          using: 'dense',
        })),
    ),
    filters,
    fc.integer({ min: 1, max: 12 }),
  )
  .map(([query, filter, limit]) => ({ ...query, filter, limit }));
const fusion = fc.constantFrom({ fusion: 'rrf' }, { fusion: 'dbsf' }, { rrf: { k: 7 } });

describe('queries', () => {
  test('ranking what a prefetch chose gives the best of exactly those points', () => {
    fc.assert(
      fc.property(leaf, leaf, dense, filters, fc.integer({ min: 1, max: 10 }), (left, right, query, filter, limit) => {
        const chosen = new Set(
          [left, right].flatMap((prefetch) => idsOf(run({ ...prefetch, filter: { must: [prefetch.filter ?? {}, filter ?? {}] } }))),
        );
        const rescored = run({ prefetch: [left, right], query, using: 'dense', filter, limit });
        const expected = idsOf(run({ query, using: 'dense', limit: pointCount, params: { exact: true } })).filter((id) => chosen.has(id));
        expect(idsOf(rescored)).toEqual(expected.slice(0, limit));
      }),
    );
  });

  test('every answer has at most the wanted points, each once, best first, and all pass the filter', () => {
    const tree = fc.oneof(
      leaf,
      fc
        .tuple(fc.array(leaf, { minLength: 1, maxLength: 3 }), fusion, filters)
        .map(([prefetch, query, filter]) => ({ prefetch, query, filter, limit: 6 })),
    );
    fc.assert(
      fc.property(tree, filters, fc.integer({ min: 0, max: 3 }), (inner, filter, offset) => {
        const whole = { ...inner, filter: { must: [inner.filter ?? {}, filter ?? {}] } };
        const hits = run({ ...whole, offset });
        expect(hits.length).toBeLessThanOrEqual(inner.limit);
        expect(new Set(idsOf(hits)).size).toBe(hits.length);
        expect(hits.every(({ score }, index) => index === 0 || score <= (hits[index - 1]?.score ?? 0))).toBe(true);
        for (const given of [inner.filter, filter]) {
          const read = readFilter(given, { name: 'filter', allowsEmptyField: false });
          const matches = read === undefined ? undefined : compileFilter(read, segment);
          expect(hits.every(({ row }) => matches === undefined || matches(segment.payloadOf(row), row))).toBe(true);
        }
        expect(idsOf(hits)).toEqual(idsOf(run({ ...whole, limit: inner.limit + offset })).slice(offset));
      }),
    );
  });

  test('the points that a query names are not part of its answer', () => {
    fc.assert(
      fc.property(ids, ids, fc.constantFrom('average_vector', 'best_score', 'sum_scores'), (liked, disliked, strategy) => {
        fc.pre(liked !== disliked);
        const recommend = { positive: [liked], negative: [disliked], strategy };
        for (const query of [
          liked,
          { recommend },
          { discover: { target: liked, context: [{ positive: liked, negative: disliked }] } },
          { context: [{ positive: liked, negative: disliked }] },
        ]) {
          const found = idsOf(run({ query, using: 'dense', limit: pointCount }));
          expect(found).not.toContain(liked);
          expect(found.length).toBe(pointCount - (typeof query === 'number' ? 1 : 2));
        }
      }),
    );
  });

  test('a sample is of different points each time, and of all when there are no more', () => {
    expect(new Set(idsOf(run({ query: { sample: 'random' }, limit: 100 }))).size).toBe(pointCount);
    const drawn = new Set(Array.from({ length: 20 }, () => idsOf(run({ query: { sample: 'random' }, limit: 2 })).join()));
    expect(drawn.size).toBeGreaterThan(1);
  });

  test.each([
    [{ query: { indices: [1], values: [1] }, using: 'dense' }, 'Conversion between sparse and regular vectors failed'],
    [{ query: [1, 2, 3], using: 'terms' }, 'Conversion between sparse and regular vectors failed'],
    [{ query: [1, 2], using: 'dense' }, "expected dim: 3, got 2 for vector 'dense'"],
    [{ query: 0, using: 'terms' }, 'Vector with name "terms" for point not found'],
    [{ query: { recommend: { positive: [1] } }, using: 'terms' }, 'does not have recommendations over sparse vectors'],
    [{ query: 1, using: 'dense', lookup_from: { collection: 'x' } }, 'Collection x not found'],
    [{ query: { fusion: 'rrf' } }, 'cannot apply Fusion without prefetches'],
    [{ prefetch: [{}] }, 'A query is needed to merge the prefetches'],
  ])('%j is refused', (query, message) => {
    expect(() => run(query)).toThrow(message);
  });
});
