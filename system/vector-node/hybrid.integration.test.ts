import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningNode, startNode } from './running-node.ts';

let storage: string;
beforeEach(async () => {
  storage = await mkdtemp(path.join(tmpdir(), 'vector-node-'));
});
afterEach(async () => {
  await rm(storage, { recursive: true, force: true });
});

const size = 8;
const count = 120;
const denseOf = (seed: number) => Array.from({ length: size }, (_, index) => Math.fround(Math.sin(seed * 12.9898 + index * 78.233)));
/** Three terms out of twenty, and one that every third point has. */
const termsOf = (seed: number) => [...new Set([seed % 20, (seed * 7) % 20, (seed * 11) % 20, ...(seed % 3 === 0 ? [99] : [])])];
const sparseOf = (seed: number) => {
  const indices = termsOf(seed);
  return { indices, values: indices.map((index) => Math.fround(1 / (1 + ((seed + index) % 5)))) };
};

async function fill(node: RunningNode, collection: string, from: number, to: number): Promise<void> {
  await node.client.createCollection(collection, {
    vectors: { dense: { size, distance: 'Cosine' } },
    sparse_vectors: { bm25: { modifier: 'idf' } },
  });
  await node.client.createPayloadIndex(collection, { field_name: 'tenant', field_schema: 'keyword', wait: true });
  await node.client.upsert(collection, {
    wait: true,
    points: Array.from({ length: to - from }, (_, index) => {
      const id = from + index;
      return { id, vector: { dense: denseOf(id), bm25: sparseOf(id) }, payload: { tenant: `t${id % 4}`, n: id } };
    }),
  });
}

const dot = (left: readonly number[], right: readonly number[]) =>
  left.reduce((sum, value, index) => sum + value * (right[index] as number), 0);
const ranked = (scores: ReadonlyMap<number, number>) => [...scores].sort(([, left], [, right]) => right - left);

/** Cosine similarities and BM25 scores of the points of a tenant, computed from the definition. */
function expectedLists(query: number[], terms: number[], ids: readonly number[], tenant: string) {
  const inTenant = ids.filter((id) => `t${id % 4}` === tenant);
  const cosine = new Map(
    inTenant.map((id) => [id, dot(query, denseOf(id)) / Math.sqrt(dot(query, query) * dot(denseOf(id), denseOf(id)))] as const),
  );
  const weight = (term: number) => {
    const having = ids.filter((id) => termsOf(id).includes(term)).length;
    return Math.log(1 + (ids.length - having + 0.5) / (having + 0.5));
  };
  const bm25 = new Map(
    inTenant
      .filter((id) => termsOf(id).some((term) => terms.includes(term)))
      .map((id) => {
        const { indices, values } = sparseOf(id);
        return [
          id,
          indices.reduce((sum, term, at) => sum + (terms.includes(term) ? weight(term) * (values[at] as number) : 0), 0),
        ] as const;
      }),
  );
  return { dense: ranked(cosine), sparse: ranked(bm25) };
}

test('through the client: dense and sparse lists, their fusion, and paging are what the definitions say', async () => {
  await using node = await startNode(storage);
  await fill(node, 'docs', 1, count + 1);
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  const query = denseOf(4242);
  const terms = [3, 7, 99];
  const filter = { must: [{ key: 'tenant', match: { value: 't2' } }] };
  const sparse = { indices: terms, values: terms.map(() => 1) };
  const { dense: expectedDense, sparse: expectedSparse } = expectedLists(query, terms, ids, 't2');

  const dense = await node.client.query('docs', { query, using: 'dense', filter, limit: 10 });
  expect(dense.points.map(({ id }) => id)).toEqual(expectedDense.slice(0, 10).map(([id]) => id));
  const bm25 = await node.client.query('docs', { query: sparse, using: 'bm25', filter, limit: 10 });
  bm25.points.forEach(({ score }, rank) => {
    expect(score).toBeCloseTo(expectedSparse[rank]?.[1] ?? Number.NaN, 4);
  });
  expect(bm25.points.length).toBe(Math.min(10, expectedSparse.length));

  const fused = await node.client.query('docs', {
    prefetch: [
      { query, using: 'dense', limit: 10 },
      { query: sparse, using: 'bm25', limit: 10 },
    ],
    query: { fusion: 'rrf' },
    filter,
    limit: 10,
    with_payload: ['n'],
  });
  const reciprocal = new Map<number, number>();
  for (const list of [dense.points, bm25.points]) {
    list.forEach(({ id }, rank) => {
      reciprocal.set(id as number, (reciprocal.get(id as number) ?? 0) + 1 / (2 + rank));
    });
  }
  fused.points.forEach(({ id, score, payload }, rank) => {
    expect(score).toBeCloseTo(ranked(reciprocal)[rank]?.[1] ?? Number.NaN, 5);
    expect(score).toBeCloseTo(reciprocal.get(id as number) ?? Number.NaN, 5);
    expect(payload).toEqual({ n: id });
  });

  const seen: unknown[] = [];
  let offset: number | undefined;
  do {
    const page = await node.client.scroll('docs', {
      limit: 17,
      with_payload: false,
      with_vector: ['bm25'],
      ...(offset === undefined ? {} : { offset }),
    });
    for (const { id, vector } of page.points) {
      seen.push(id);
      const { indices } = (vector as { bm25: { indices: number[] } }).bm25;
      expect(indices).toEqual(termsOf(id as number).toSorted((left, right) => left - right));
    }
    offset = (page.next_page_offset as number | null) ?? undefined;
  } while (offset !== undefined);
  expect(seen).toEqual(ids);
});

test('an alias moves from one collection to the other while it is read, and no read sees neither or both', async () => {
  await using node = await startNode(storage);
  await fill(node, 'blue', 1, 11);
  await fill(node, 'green', 101, 141);
  await node.client.updateCollectionAliases({ actions: [{ create_alias: { collection_name: 'blue', alias_name: 'live' } }] });
  const counts = new Set<number>();
  let isSwapping = true;
  const reader = async () => {
    while (isSwapping) {
      counts.add((await node.client.count('live')).count);
    }
  };
  const readers = [reader(), reader(), reader()];
  for (let turn = 0; turn < 40; turn += 1) {
    await node.client.updateCollectionAliases({
      actions: [
        { delete_alias: { alias_name: 'live' } },
        { create_alias: { collection_name: turn % 2 === 0 ? 'green' : 'blue', alias_name: 'live' } },
      ],
    });
  }
  isSwapping = false;
  await Promise.all(readers);
  expect([...counts].every((found) => found === 10 || found === 40)).toBe(true);
});

/** Everything that a client can see of a collection, with its aliases. */
async function everything(node: RunningNode, collection: string) {
  const { points } = await node.client.scroll(collection, { limit: 1000, with_payload: true, with_vector: true });
  const info = await node.client.getCollection(collection);
  const byTerm = await node.client.query(collection, { query: { indices: [3, 7, 99], values: [1, 2, 0.5] }, using: 'bm25', limit: 50 });
  const byVector = await node.client.query(collection, { query: denseOf(77), using: 'dense', limit: 50, params: { exact: true } });
  return {
    points,
    config: info.config,
    schema: info.payload_schema,
    byTerm,
    byVector,
    aliases: (await node.client.getAliases()).aliases.toSorted((left, right) => left.alias_name.localeCompare(right.alias_name)),
  };
}

test.each(['SIGTERM', 'SIGKILL'] as const)('every kind of write is there after a restart (%s)', async (signal) => {
  let before: Awaited<ReturnType<typeof everything>>;
  {
    await using node = await startNode(storage);
    const { client } = node;
    await fill(node, 'docs', 1, 41);
    await fill(node, 'other', 1, 3);
    const wait = true;
    const n = (value: number) => ({ must: [{ key: 'n', match: { value } }] });
    await client.setPayload('docs', { wait, payload: { colour: 'red', deep: { x: 1 } }, points: [1, 2, 3] });
    await client.setPayload('docs', { wait, payload: { y: 2 }, points: [1], key: 'deep' });
    await client.setPayload('docs', { wait, payload: { flag: true }, filter: n(9) });
    await client.overwritePayload('docs', { wait, payload: { only: 1.5 }, points: [4] });
    await client.deletePayload('docs', { wait, keys: ['deep.x', 'colour'], points: [2] });
    await client.clearPayload('docs', { wait, points: [5] });
    await client.updateVectors('docs', {
      wait,
      points: [
        { id: 6, vector: { dense: denseOf(600) } },
        { id: 7, vector: { bm25: { indices: [3], values: [4] } } },
      ],
    });
    await client.deleteVectors('docs', { wait, points: [8], vector: ['bm25'] });
    await client.deleteVectors('docs', { wait, filter: n(9), vector: ['dense'] });
    await client.delete('docs', { wait, points: [10] });
    await client.delete('docs', { wait, filter: n(11) });
    await client.batchUpdate('docs', {
      wait,
      operations: [
        { upsert: { points: [{ id: '550e8400-e29b-41d4-a716-446655440000', vector: { bm25: { indices: [99], values: [2] } } }] } },
        { set_payload: { payload: { late: 1 }, points: [12] } },
      ],
    });
    await client.createPayloadIndex('docs', { wait, field_name: 'n', field_schema: 'integer' });
    await client.deletePayloadIndex('docs', 'tenant', { wait });
    await client.updateCollection('docs', { optimizers_config: { indexing_threshold: 777 }, hnsw_config: { m: 24 } });
    await client.updateCollectionAliases({
      actions: [
        { create_alias: { collection_name: 'docs', alias_name: 'live' } },
        { create_alias: { collection_name: 'other', alias_name: 'spare' } },
      ],
    });
    await client.updateCollectionAliases({ actions: [{ rename_alias: { old_alias_name: 'live', new_alias_name: 'prod' } }] });
    before = await everything(node, 'prod');
    await node.stop(signal);
  }
  await using node = await startNode(storage);
  const after = await everything(node, 'prod');
  // Deleted vectors count in the weights of terms until a start, so only the ranking by terms has other scores.
  const withoutScores = ({ byTerm, ...others }: typeof before) => ({ ...others, byTerm: new Set(byTerm.points.map(({ id }) => id)) });
  expect(withoutScores(after)).toEqual(withoutScores(before));
  expect(after.points.length).toBe(39);
  expect(after.config.optimizer_config.indexing_threshold).toBe(777);
  const answer = await node.client.upsert('prod', { wait: true, points: [{ id: 500, vector: {} }] });
  expect(answer.operation_id).toBeGreaterThan(Math.max(...before.byVector.points.map(({ version }) => version)));
});
