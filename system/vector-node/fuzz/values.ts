import fc, { type Arbitrary } from 'fast-check';

/* Parts of requests as a client would send them. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Collections that the fuzz works on, by the shape of their points; it recreates them when it has deleted them. */
export const collections = {
  plain: { vectors: { size: 4, distance: 'Cosine' } },
  named: {
    vectors: { dense: { size: 4, distance: 'Dot' }, other: { size: 2, distance: 'Manhattan' } },
    sparse_vectors: { words: { modifier: 'idf' } },
  },
} as const;
export type CollectionShape = keyof typeof collections;

const uuids = ['0b4ca9ec-14a3-4a8b-9d37-0f3d7c1b2f10', '0b4ca9ec-14a3-4a8b-9d37-0f3d7c1b2f11'];
export const id: Arbitrary<Json> = fc.oneof({ weight: 16, arbitrary: fc.nat(30) }, fc.constantFrom(...uuids), fc.maxSafeNat());
export const ids = fc.array(id, { minLength: 1, maxLength: 5 });

const component = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -20, max: 20 }).map((tenths) => tenths / 10) },
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 1, -1, 1e-30, 3e38),
);
const dense = (size: number): Arbitrary<Json> => fc.array(component, { minLength: size, maxLength: size });
export const sparse: Arbitrary<Json> = fc
  .uniqueArray(fc.nat(30), { maxLength: 6 })
  .chain((indices) => fc.record({ indices: fc.constant(indices), values: dense(indices.length) }));

/** Vectors of a point of a collection of this shape. */
export function vectorsOf(shape: CollectionShape): Arbitrary<Json> {
  return shape === 'plain'
    ? dense(4)
    : (fc.record({ dense: dense(4), other: dense(2), words: sparse }, { requiredKeys: [] }) as Arbitrary<Json>);
}

/** A vector to search with, and the name to search in. */
export function searched(shape: CollectionShape): Arbitrary<{ readonly vector: Json; readonly using: string | undefined }> {
  const one = (using: string | undefined, vector: Arbitrary<Json>) => vector.map((value) => ({ using, vector: value }));
  return shape === 'plain' ? one(undefined, dense(4)) : fc.oneof(one('dense', dense(4)), one('other', dense(2)), one('words', sparse));
}

export const keys = fc.constantFrom('n', 'tenant', 'text', 'tags', 'tags[]', 'deep.a', 'deep.list[].b', 'place', 'when', 'flag', 'never');
const scalar: Arbitrary<Json> = fc.oneof(fc.integer({ min: -5, max: 9 }), fc.constantFrom('t1', 't2', 'red', 'a b c', ''), fc.boolean());
const place = fc.record({ lon: fc.double({ min: -180, max: 180, noNaN: true }), lat: fc.double({ min: -90, max: 90, noNaN: true }) });
export const payload: Arbitrary<Json> = fc.record(
  {
    n: fc.integer({ min: -5, max: 9 }),
    tenant: fc.constantFrom('t1', 't2'),
    text: fc.constantFrom('some words', 'Wörter 图', ''),
    tags: fc.array(fc.constantFrom('red', 'green'), { maxLength: 3 }),
    deep: fc.record({ a: scalar, list: fc.array(fc.record({ b: scalar }), { maxLength: 2 }) }),
    place,
    when: fc.constantFrom('2026-01-01T00:00:00Z', '2025-06-30'),
    flag: fc.boolean(),
  },
  { requiredKeys: [] },
) as Arbitrary<Json>;

const bound = fc.oneof(fc.integer({ min: -5, max: 9 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
const fieldCondition: Arbitrary<Json> = fc
  .tuple(
    keys,
    fc.oneof(
      fc.record({ match: fc.record({ value: scalar }) }),
      fc.record({ match: fc.record({ any: fc.array(fc.constantFrom('t1', 'red'), { maxLength: 3 }) }) }),
      fc.record({ match: fc.record({ except: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }) }) }),
      fc.record({ match: fc.record({ text: fc.constantFrom('words', 'some words', '') }) }),
      fc.record({ range: fc.record({ gt: bound, gte: bound, lt: bound, lte: bound }, { requiredKeys: [] }) }),
      fc.record({ range: fc.record({ gte: fc.constantFrom('2025-01-01T00:00:00Z', '2026-01-01') }) }),
      fc.record({ values_count: fc.record({ gte: fc.nat(3), lt: fc.nat(5) }, { requiredKeys: [] }) }),
      fc.record({ geo_radius: fc.record({ center: place, radius: fc.double({ min: 0, max: 1e7, noNaN: true }) }) }),
    ),
  )
  .map(([key, condition]) => ({ key, ...condition }) as Json);

const tied = fc.letrec<{ filter: Json; condition: Json }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: fieldCondition },
    fc.record({ has_id: fc.array(id, { maxLength: 4 }) }),
    fc.record({ is_empty: fc.record({ key: keys }) }),
    fc.record({ is_null: fc.record({ key: keys }) }),
    fc.record({ has_vector: fc.constantFrom('', 'dense', 'words') }),
    fc.record({ nested: fc.record({ key: fc.constant('deep.list'), filter: tie('filter') }) }),
    tie('filter'),
  ) as Arbitrary<Json>,
  filter: fc.record(
    {
      must: fc.oneof(fc.array(tie('condition'), { maxLength: 2 }), tie('condition')),
      should: fc.array(tie('condition'), { maxLength: 2 }),
      must_not: fc.array(tie('condition'), { maxLength: 2 }),
      min_should: fc.record({ conditions: fc.array(tie('condition'), { maxLength: 2 }), min_count: fc.nat(3) }),
    },
    { requiredKeys: [] },
  ) as Arbitrary<Json>,
}));
export const filter = tied.filter;

export const withPayload: Arbitrary<Json> = fc.oneof(
  fc.boolean(),
  fc.array(keys, { maxLength: 2 }),
  fc.record({ include: fc.array(keys, { maxLength: 2 }) }),
  fc.record({ exclude: fc.array(keys, { maxLength: 2 }) }),
);
export const withVector = (shape: CollectionShape): Arbitrary<Json> =>
  shape === 'plain' ? fc.boolean() : fc.oneof(fc.boolean(), fc.uniqueArray(fc.constantFrom('dense', 'words'), { maxLength: 2 }));
export const limit = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 30 }) }, fc.constantFrom(1000, 100_000));
