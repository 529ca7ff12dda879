import fc, { type Arbitrary } from 'fast-check';
import {
  type CollectionShape,
  collections,
  filter,
  id,
  ids,
  type Json,
  keys,
  limit,
  payload,
  searched,
  vectorsOf,
  withPayload,
  withVector,
} from './values.ts';

/* Bodies that are right for their routes. */

export const optional = <T extends Record<string, Arbitrary<Json>>>(members: T, requiredKeys: (keyof T)[] = []) =>
  fc.record(members, { requiredKeys: requiredKeys as never }) as unknown as Arbitrary<Json>;
export const selector = fc.oneof(fc.record({ points: ids }), fc.record({ filter })) as Arbitrary<Json>;
export const merged = (...parts: Arbitrary<Json>[]) =>
  fc.tuple(...parts).map((members) => Object.assign({}, ...(members as object[])) as Json);

export function points(shape: CollectionShape): Arbitrary<Json> {
  return fc.array(optional({ id, vector: vectorsOf(shape), payload }, ['id', 'vector']), { minLength: 1, maxLength: 4 });
}

export function upsert(shape: CollectionShape): Arbitrary<Json> {
  const batch = fc.array(fc.tuple(id, vectorsOf(shape), payload), { minLength: 1, maxLength: 3 }).map((rows) => ({
    batch: { ids: rows.map(([each]) => each), vectors: rows.map(([, each]) => each), payloads: rows.map(([, , each]) => each) },
  }));
  return fc.oneof({ weight: 4, arbitrary: points(shape).map((each) => ({ points: each })) }, batch as Arbitrary<Json>) as Arbitrary<Json>;
}

export const readOptions = (shape: CollectionShape) => ({ filter, limit, with_payload: withPayload, with_vector: withVector(shape) });
const params: Arbitrary<Json> = optional({
  hnsw_ef: fc.integer({ min: 1, max: 200 }),
  exact: fc.boolean(),
  indexed_only: fc.boolean(),
  quantization: fc.constant({ rescore: true, oversampling: 2 }),
});

export function query(shape: CollectionShape): Arbitrary<Json> {
  const simple = searched(shape).chain(({ vector, using }) => {
    const kinds = fc.oneof(
      { weight: 5, arbitrary: fc.constant(vector) },
      id,
      fc.constant({ nearest: vector }),
      fc.record({ order_by: fc.oneof(keys, fc.record({ key: keys, direction: fc.constantFrom('asc', 'desc') })) }),
      fc.constant({ sample: 'random' }),
      fc.record({ recommend: optional({ positive: ids, negative: ids, strategy: fc.constantFrom('average_vector', 'best_score') }) }),
      fc.record({ discover: fc.record({ target: id, context: fc.array(fc.record({ positive: id, negative: id }), { maxLength: 2 }) }) }),
    ) as Arbitrary<Json>;
    const named = using === undefined ? {} : { using: fc.constant(using) };
    return optional(
      {
        query: kinds,
        ...named,
        params,
        score_threshold: fc.double({ min: -1, max: 1, noNaN: true }),
        ...readOptions(shape),
        offset: fc.nat(20),
      },
      using === undefined ? [] : ['using' as const],
    );
  });
  const fused = fc.record({
    prefetch: fc.array(simple, { minLength: 1, maxLength: 3 }),
    query: fc.oneof(
      fc.constantFrom({ fusion: 'rrf' }, { fusion: 'dbsf' }),
      fc.record({ rrf: fc.record({ k: fc.integer({ min: 1, max: 100 }) }) }),
    ),
    limit,
  });
  return fc.oneof({ weight: 3, arbitrary: simple }, fused as unknown as Arbitrary<Json>);
}

export const search = (shape: CollectionShape) =>
  searched(shape).chain(({ vector, using }) =>
    optional(
      { vector: fc.constant(using === undefined ? vector : { name: using, vector }), params, ...readOptions(shape), offset: fc.nat(20) },
      ['vector', 'limit'],
    ),
  );

export const update = (shape: CollectionShape): Arbitrary<Json> =>
  fc.oneof(
    fc.record({ upsert: upsert(shape) }),
    fc.record({ delete: selector }),
    fc.record({ set_payload: merged(fc.record({ payload }) as Arbitrary<Json>, selector) }),
    fc.record({ overwrite_payload: merged(fc.record({ payload }) as Arbitrary<Json>, selector) }),
    fc.record({ delete_payload: merged(fc.record({ keys: fc.array(keys, { maxLength: 2 }) }) as Arbitrary<Json>, selector) }),
    fc.record({ clear_payload: selector }),
    fc.record({ update_vectors: fc.record({ points: points(shape) }) }),
    fc.record({ delete_vectors: merged(fc.constant({ vector: ['other'] }), selector) }),
  ) as Arbitrary<Json>;

export const indexed = fc.record({
  field_name: keys,
  field_schema: fc.oneof(
    fc.constantFrom('keyword', 'integer', 'float', 'bool', 'geo', 'datetime', 'uuid', 'text'),
    fc.constant({ type: 'text', tokenizer: 'word', lowercase: true }),
    fc.constant({ type: 'keyword', is_tenant: true }),
  ),
}) as Arbitrary<Json>;

export const aliasAction = fc.oneof(
  fc.record({
    create_alias: fc.record({ collection_name: fc.constantFrom('plain', 'named', 'gone'), alias_name: fc.constantFrom('one', 'two') }),
  }),
  fc.record({ delete_alias: fc.record({ alias_name: fc.constantFrom('one', 'two') }) }),
  fc.record({ rename_alias: fc.record({ old_alias_name: fc.constantFrom('one', 'two'), new_alias_name: fc.constantFrom('one', 'two') }) }),
) as Arbitrary<Json>;

export const settings = optional({
  hnsw_config: optional({ m: fc.nat(32), ef_construct: fc.integer({ min: 4, max: 200 }) }),
  optimizers_config: optional({ indexing_threshold: fc.nat(100_000), deleted_threshold: fc.double({ min: 0, max: 1, noNaN: true }) }),
  wal_config: optional({ wal_capacity_mb: fc.integer({ min: 1, max: 64 }) }),
  on_disk_payload: fc.boolean(),
});
export const created = merged(
  fc.oneof(
    fc.constantFrom(collections.plain, collections.named),
    fc.record({ vectors: fc.record({ size: fc.integer({ min: 1, max: 70_000 }), distance: fc.constant('Dot') }) }),
  ) as Arbitrary<Json>,
  settings,
);
