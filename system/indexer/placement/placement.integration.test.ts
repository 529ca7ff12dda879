import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { jobResponseSchema, writeResponseSchema } from '../../api/documents.ts';
import { type CentroidsRow, selectCentroids } from '../../api/placement.ts';
import { pointIdOf } from '../../api/point.ts';
import { type Child, eventually, ready, startChild } from '../../runtime/testing/child-process.ts';
import { type FakeProvider, fakeEmbedding, fakeProvider } from '../../runtime/testing/fake-provider.ts';
import { type FakeVectorNode, fakeVectorNode } from '../../runtime/testing/fake-vector-node.ts';
import { type TestPostgres, testPostgres } from '../../runtime/testing/postgres.ts';
import { createPool, type Pool } from '../database.ts';
import { migrate } from '../migrations.ts';

const token = 'an internal token of sixteen or more';
const dimensions = 8;
const collection = 'documents';

let postgres: TestPostgres;
let pool: Pool;
let provider: FakeProvider;
let nodes: FakeVectorNode[];
let indexer: Child;

const environment = (strategy: string, more: Readonly<Record<string, string>> = {}) => ({
  INTERNAL_TOKEN: token,
  DATABASE_URL: postgres.url,
  PROVIDER_URL: provider.url,
  QDRANT_URLS: nodes.map(({ url }) => url).join(','),
  EMBEDDING_DIM: String(dimensions),
  INDEX_BATCH: '16',
  SHARDING_STRATEGY: strategy,
  ...more,
});

beforeAll(async () => {
  postgres = await testPostgres();
  pool = createPool(postgres.url);
  await migrate(pool);
});
afterAll(async () => {
  await pool.end();
  await postgres[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await pool.query(
    'TRUNCATE change_log, documents, jobs, applied_sequence, collection_layouts, locations, placement_state; UPDATE change_log_head SET last_sequence = 0',
  );
  provider = await fakeProvider();
  nodes = await Promise.all(Array.from({ length: 3 }, fakeVectorNode));
});
afterEach(async () => {
  await indexer[Symbol.asyncDispose]();
  await Promise.all([provider, ...nodes].map((server) => server[Symbol.asyncDispose]()));
});

async function call(path: string, method = 'GET', body?: unknown): Promise<unknown> {
  const response = await fetch(`${indexer.url}${path}`, {
    method,
    headers: { 'x-internal-token': token, 'x-tenant': 'acme', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.json();
}
const put = async (documents: readonly { doc_id: string; content: string }[]) =>
  writeResponseSchema.parse(await call('/v1/documents', 'POST', { documents })).job_id;
const completed = (jobId: string) =>
  eventually(async () => (jobResponseSchema.parse(await call(`/v1/jobs/${jobId}`)).status === 'completed' ? true : undefined));
const documentsOf = (count: number, text: string) =>
  Array.from({ length: count }, (_, index) => ({ doc_id: `doc-${index}`, content: `${text} ${index}` }));
const pointIdFor = (docId: string) => pointIdOf({ tenant: 'acme', knowledge_base: 'default', doc_id: docId });

/** Content and shard of every copy of every document. */
function copies(): Record<string, { shard: number; content: unknown }[]> {
  const found: Record<string, { shard: number; content: unknown }[]> = {};
  for (const [shard, node] of nodes.entries()) {
    for (const { payload } of node.points.values()) {
      const docId = String(payload.doc_id);
      found[docId] = [...(found[docId] ?? []), { shard, content: payload.content }];
    }
  }
  return found;
}

const contents = () => Object.fromEntries(Object.entries(copies()).map(([docId, list]) => [docId, list.map(({ content }) => content)]));
const eachOnce = (documents: readonly { doc_id: string; content: string }[]) =>
  Object.fromEntries(documents.map(({ doc_id, content }) => [doc_id, [content]]));

describe.each(['random', 'range', 'semantic'])('%s with its table in PostgreSQL', (strategy) => {
  test('updates and deletes find every document after a kill in the middle and the loss of a node', async () => {
    const settings = environment(strategy, { EXPECTED_DOCUMENTS: '150', PROBES: '1' });
    indexer = await startChild('indexer', settings);
    await ready(indexer);
    (nodes[0] as FakeVectorNode).mood = 'hanging';
    const job = await put(documentsOf(150, 'first'));
    await eventually(() =>
      (nodes[1]?.points.size ?? 0) + (nodes[2]?.points.size ?? 0) + Number(nodes[0]?.requests.length) > 3 ? true : undefined,
    );
    await indexer.stop('SIGKILL');
    (nodes[0] as FakeVectorNode).mood = 'well';
    indexer = await startChild('indexer', settings);
    await completed(job);
    expect(contents()).toEqual(eachOnce(documentsOf(150, 'first')));
    const before = copies();

    // Longer than a batch ago: only the table knows where they are.
    await completed(await put(documentsOf(60, 'second')));
    expect(contents()).toEqual(eachOnce([...documentsOf(150, 'first').slice(60), ...documentsOf(60, 'second')]));
    (nodes[1] as FakeVectorNode).lose();
    await completed(await put([{ doc_id: 'last', content: 'wakes every shard' }, ...documentsOf(30, 'third')]));
    const removed = writeResponseSchema.parse(
      await call('/v1/documents', 'DELETE', { doc_ids: documentsOf(10, '').map(({ doc_id }) => doc_id) }),
    );
    await completed(removed.job_id);
    // A node that got no write since it was lost is noticed when the indexer looks at the shards again, and filled from the log.
    const expected = eachOnce([
      ...documentsOf(30, 'third').slice(10),
      ...documentsOf(60, 'second').slice(30),
      ...documentsOf(150, 'first').slice(60),
      { doc_id: 'last', content: 'wakes every shard' },
    ]);
    await vi.waitFor(() => expect(contents()).toEqual(expected), { timeout: 15_000, interval: 50 });
    if (strategy !== 'semantic') {
      const after = copies();
      expect(Object.keys(after).filter((docId) => docId !== 'last' && after[docId]?.[0]?.shard !== before[docId]?.[0]?.shard)).toEqual([]);
    }
  });
});

test('semantic: places agree with the centroids that searches are routed by, and a move leaves its history', async () => {
  indexer = await startChild('indexer', environment('semantic'));
  await ready(indexer);
  await completed(await put(documentsOf(60, 'first')));
  const { rows } = await pool.query<CentroidsRow>(selectCentroids, [collection]);
  const centroids = rows[0]?.centroids ?? [];
  expect(centroids).toHaveLength(3);
  const nearest = (content: string) => {
    const vector = fakeEmbedding(content, dimensions);
    const cosines = centroids.map((centroid) => centroid.reduce((sum, value, index) => sum + value * (vector[index] ?? 0), 0));
    return cosines.indexOf(Math.max(...cosines));
  };
  await completed(await put(documentsOf(60, 'second')));
  const found = copies();
  for (const { doc_id, content } of documentsOf(60, 'second')) {
    expect(found[doc_id]).toEqual([{ shard: nearest(content), content }]);
  }
  const moved = documentsOf(60, 'first').filter(({ content }, index) => nearest(content) !== nearest(`second ${index}`));
  expect(moved.length).toBeGreaterThan(10);
  const history = await pool.query<{ point_id: string }>('SELECT point_id FROM locations GROUP BY point_id HAVING count(*) = 2');
  expect(history.rows.map(({ point_id }) => point_id).sort()).toEqual(moved.map(({ doc_id }) => pointIdFor(doc_id)).sort());
});

test.each([
  ['semantic', { QDRANT_URLS: 'http://127.0.0.1:9' }, /SHARDING_STRATEGY is semantic and QDRANT_URLS names 1 shard/],
  ['semantic', { PROBES: '4' }, /PROBES is 4, but QDRANT_URLS names 3 shards/],
  ['range', { EXPECTED_DOCUMENTS: '2' }, /EXPECTED_DOCUMENTS is 2/],
  ['rnage', {}, /SHARDING_STRATEGY/],
])('%s with %j is refused at the start', async (strategy, wrong, message) => {
  indexer = { [Symbol.asyncDispose]: async () => undefined } as unknown as Child;
  await expect(startChild('indexer', environment(strategy, wrong))).rejects.toThrow(message);
});
