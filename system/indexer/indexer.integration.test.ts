import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { selectAppliedSequence } from '../api/change-log.ts';
import {
  documentListResponseSchema,
  documentResponseSchema,
  type JobResponse,
  jobResponseSchema,
  writeResponseSchema,
} from '../api/documents.ts';
import { errorBodySchema } from '../api/errors.ts';
import { pointIdOf } from '../api/point.ts';
import { shardingPolicy } from '../policies/sharding/index.ts';
import { type Child, eventually, ready, startChild } from '../runtime/testing/child-process.ts';
import { type FakeProvider, fakeEmbedding, fakeProvider } from '../runtime/testing/fake-provider.ts';
import { type FakeVectorNode, fakeVectorNode } from '../runtime/testing/fake-vector-node.ts';
import { type TestPostgres, testPostgres } from '../runtime/testing/postgres.ts';
import { createPool, type Pool } from './database.ts';
import { migrate } from './migrations.ts';

const token = 'an internal token of sixteen or more';
const dimensions = 8;
const shards = 3;

let postgres: TestPostgres;
let pool: Pool;
let provider: FakeProvider;
let nodes: FakeVectorNode[];
let indexer: Child;
let collection = 0;

const environment = () => ({
  INTERNAL_TOKEN: token,
  DATABASE_URL: postgres.url,
  PROVIDER_URL: provider.url,
  QDRANT_URLS: nodes.map(({ url }) => url).join(','),
  COLLECTION: `documents-${collection}`,
  EMBEDDING_DIM: String(dimensions),
  INDEX_BATCH: '16',
});

beforeAll(async () => {
  postgres = await testPostgres();
  pool = createPool(postgres.url);
  // Tests that crash PostgreSQL cut idle connections.
  pool.on('error', () => undefined);
  await migrate(pool);
});

afterAll(async () => {
  await pool.end();
  await postgres[Symbol.asyncDispose]();
});

beforeEach(async () => {
  // A new collection and an empty log: no test sees what another one has written.
  collection += 1;
  await pool.query('TRUNCATE change_log, documents, jobs; UPDATE change_log_head SET last_sequence = 0');
  provider = await fakeProvider();
  nodes = await Promise.all(Array.from({ length: shards }, fakeVectorNode));
  indexer = await startChild('indexer', environment());
  await ready(indexer);
});

afterEach(async () => {
  await indexer[Symbol.asyncDispose]();
  await Promise.all([provider, ...nodes].map((server) => server[Symbol.asyncDispose]()));
});

function call(
  path: string,
  { method = 'GET', body, tenant = 'acme' }: { method?: string; body?: unknown; tenant?: string } = {},
): Promise<Response> {
  const headers = { 'x-internal-token': token, 'x-tenant': tenant, 'content-type': 'application/json' };
  return fetch(`${indexer.url}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

async function write(documents: unknown[], tenant = 'acme') {
  const response = await call('/v1/documents', { method: 'POST', body: { documents }, tenant });
  expect(response.status).toBe(202);
  return writeResponseSchema.parse(await response.json());
}

async function job(jobId: string): Promise<JobResponse> {
  return jobResponseSchema.parse(await (await call(`/v1/jobs/${jobId}`)).json());
}

const completed = (jobId: string) =>
  eventually(async () => {
    const state = await job(jobId);
    return state.status === 'completed' ? state : undefined;
  });

const documentsOf = (count: number, text = 'text of') =>
  Array.from({ length: count }, (_, index) => ({ doc_id: `doc-${index}`, content: `${text} ${index}`, metadata: { index } }));

/** Every shard holds exactly the given contents by document, each on the shard where it belongs. */
function expectVisible(expected: Readonly<Record<string, string>>): void {
  const policy = shardingPolicy('hash', shards);
  const found: Record<string, unknown> = {};
  for (const [shard, node] of nodes.entries()) {
    for (const { id, payload, vector } of node.points.values()) {
      const key = { tenant: 'acme', knowledge_base: 'default', doc_id: String(payload.doc_id) };
      expect(id).toBe(pointIdOf(key));
      expect(policy.shardOf(id)).toBe(shard);
      expect(vector).toEqual(Array.from(fakeEmbedding(String(payload.content), dimensions)));
      found[String(payload.doc_id)] = payload.content;
    }
  }
  expect(found).toEqual(expected);
}

const contentsOf = (documents: { doc_id: string; content: string }[]) =>
  Object.fromEntries(documents.map(({ doc_id, content }) => [doc_id, content]));

async function cursors(): Promise<number[]> {
  const { rows } = await pool.query(selectAppliedSequence, [`documents-${collection}`]);
  return rows.map(({ sequence }) => sequence);
}

describe('writing', () => {
  test('documents become visible on their shards, and the job says when', async () => {
    const documents = documentsOf(100);
    const written = await write(documents);
    expect(written).toMatchObject({ first_sequence: 1, last_sequence: 100, acknowledgement: 'async' });
    expect(await completed(written.job_id)).toMatchObject({ applied_sequence: 100, last_error: null });
    expectVisible(contentsOf(documents));
    expect(await cursors()).toEqual([100, 100, 100]);
    const points = nodes.flatMap((node) => [...node.points.values()]);
    expect(points.find(({ payload }) => payload.doc_id === 'doc-7')?.payload).toEqual({
      tenant: 'acme',
      knowledge_base: 'default',
      doc_id: 'doc-7',
      content: 'text of 7',
      metadata: { index: 7 },
      document_version: 8,
      labels: ['["index",7]'],
    });
  });

  test('of several changes to a document the last one stays', async () => {
    await write([...documentsOf(3), { doc_id: 'doc-1', content: 'newer' }]);
    await call('/v1/documents', { method: 'DELETE', body: { doc_ids: ['doc-0', 'never-there'] } });
    const last = await write([{ doc_id: 'doc-2', content: 'newest' }]);
    await completed(last.job_id);
    expectVisible({ 'doc-1': 'newer', 'doc-2': 'newest' });
  });

  test('many writers at once: what is visible is what the log says last', async () => {
    const jobs = await Promise.all(
      Array.from({ length: 40 }, (_, turn) =>
        write([0, 1, 2].map((index) => ({ doc_id: `doc-${(turn + index) % 5}`, content: `turn ${turn}` }))),
      ),
    );
    await Promise.all(jobs.map(({ job_id }) => completed(job_id)));
    const { rows } = await pool.query('SELECT doc_id, content FROM documents JOIN change_log USING (doc_id) WHERE sequence = version');
    expectVisible(contentsOf(rows));
    expect(new Set(jobs.flatMap(({ first_sequence, last_sequence }) => [first_sequence, last_sequence])).size).toBe(80);
  });

  test('a document and the list of documents are read from the log', async () => {
    await write(documentsOf(3));
    await write([{ doc_id: 'a/b ?ä', content: 'odd id', metadata: { flag: true } }]);
    await write([{ doc_id: 'doc-0', content: 'of another tenant' }], 'other');
    const odd = documentResponseSchema.parse(await (await call(`/v1/documents/${encodeURIComponent('a/b ?ä')}`)).json());
    expect(odd).toMatchObject({ doc_id: 'a/b ?ä', content: 'odd id', metadata: { flag: true }, document_version: 4 });
    const page = documentListResponseSchema.parse(await (await call('/v1/documents?limit=2&after=a%2Fb%20%3F%C3%A4')).json());
    expect(page.documents.map(({ doc_id }) => doc_id)).toEqual(['doc-0', 'doc-1']);
    expect(page.next_after).toBe('doc-1');
    await call('/v1/documents', { method: 'DELETE', body: { doc_ids: ['doc-0'] } });
    expect((await call('/v1/documents/doc-0')).status).toBe(404);
    expect((await call('/v1/documents/doc-0', { tenant: 'other' })).status).toBe(200);
  });

  test('a job of another tenant is not there', async () => {
    const { job_id } = await write(documentsOf(1));
    expect((await call(`/v1/jobs/${job_id}`, { tenant: 'other' })).status).toBe(404);
    expect((await call('/v1/jobs/no-uuid')).status).toBe(404);
  });
});

describe('trouble while applying', () => {
  test.each(['failing', 'cutting'] as const)('a %s shard delays a job, says why, and loses nothing', async (mood) => {
    (nodes[1] as FakeVectorNode).mood = mood;
    const documents = documentsOf(60);
    const { job_id } = await write(documents);
    const troubled = await eventually(async () => {
      const state = await job(job_id);
      return state.last_error === null ? undefined : state;
    });
    expect(troubled.status).not.toBe('completed');
    expect(troubled.last_error).toContain('shard 1');
    (nodes[1] as FakeVectorNode).mood = 'well';
    await completed(job_id);
    expectVisible(contentsOf(documents));
  });

  test.each(['wrong-dimension', 'not-finite', 'missing', 'repeated', 'refused'] as const)(
    'embeddings that are %s reach no shard',
    async (fault) => {
      provider.fault = fault;
      const documents = documentsOf(20);
      const { job_id } = await write(documents);
      await eventually(async () => (await job(job_id)).last_error ?? undefined);
      expectVisible({});
      provider.fault = undefined;
      await completed(job_id);
      expectVisible(contentsOf(documents));
    },
  );

  test('embeddings in another order find their documents', async () => {
    provider.fault = 'reordered';
    const documents = documentsOf(20);
    await completed((await write(documents)).job_id);
    expectVisible(contentsOf(documents));
  });

  test('a node that lost its collection is filled again, and the others are left alone', async () => {
    const documents = documentsOf(60);
    await completed((await write(documents)).job_id);
    (nodes[2] as FakeVectorNode).lose();
    const untouched = (nodes[0] as FakeVectorNode).requests.filter(
      ({ method, path }) => method === 'PUT' && path.endsWith('/points'),
    ).length;
    const last = await write([
      { doc_id: 'on some shard', content: 'wakes the applier' },
      ...Array.from({ length: 9 }, (_, index) => ({ doc_id: `x-${index}`, content: 'x' })),
    ]);
    await completed(last.job_id);
    const expected = contentsOf(documents);
    expectVisible({
      ...expected,
      'on some shard': 'wakes the applier',
      ...Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`x-${index}`, 'x'])),
    });
    const writes = (nodes[0] as FakeVectorNode).requests.filter(({ method, path }) => method === 'PUT' && path.endsWith('/points')).length;
    expect(writes - untouched).toBeLessThanOrEqual(2);
  });

  test('an indexer that is killed goes on where the shards are', async () => {
    (nodes[0] as FakeVectorNode).mood = 'hanging';
    const documents = documentsOf(200);
    const { job_id } = await write(documents);
    await eventually(() => ((nodes[1]?.points.size ?? 0) > 0 ? true : undefined));
    await indexer.stop('SIGKILL');
    (nodes[0] as FakeVectorNode).mood = 'well';
    indexer = await startChild('indexer', environment());
    await completed(job_id);
    expectVisible(contentsOf(documents));
  });

  test('PostgreSQL that crashes refuses writes with 503, and afterwards everything acknowledged becomes visible', async () => {
    const documents = documentsOf(120);
    const { job_id } = await write(documents);
    await postgres.crash();
    const refused = await call('/v1/documents', { method: 'POST', body: { documents: documentsOf(1) } });
    expect(refused.status).toBe(503);
    expect(errorBodySchema.parse(await refused.json()).error.code).toBe('unavailable');
    await postgres.start();
    await eventually(async () => ((await call('/v1/documents')).status === 200 ? true : undefined));
    await completed(job_id);
    expectVisible(contentsOf(documents));
  });

  test('of two indexers one applies; when it dies the other one takes over', async () => {
    await using second = await startChild('indexer', environment());
    await ready(second);
    expect(await (await fetch(`${second.url}/ready`)).text()).toContain('standby');
    const documents = documentsOf(30);
    await completed((await write(documents)).job_id);
    await indexer.stop('SIGKILL');
    indexer = second;
    const later = await write([{ doc_id: 'later', content: 'by the other one' }]);
    await completed(later.job_id);
    expectVisible({ ...contentsOf(documents), later: 'by the other one' });
  });
});

test('SIGTERM while applying ends with code 0', async () => {
  (nodes[0] as FakeVectorNode).mood = 'hanging';
  await write(documentsOf(50));
  expect(await indexer.stop()).toBe(0);
});

test('another layout for the same collection is refused at the start', async () => {
  await expect(startAndEnd({ ...environment(), QDRANT_URLS: nodes[0]?.url ?? '' })).resolves.toMatch(/another layout: shards 3 \(now 1\)/);
});

/** What an indexer says that does not start; it may end before or after it was first seen alive. */
async function startAndEnd(settings: Record<string, string>): Promise<string> {
  try {
    const child = await startChild('indexer', settings);
    return await eventually(() => (child.output().includes('could not start') ? child.output() : undefined));
  } catch (error) {
    return String(error);
  }
}
