import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { errorBodySchema } from '../api/errors.ts';
import { labelsOf, pointIdOf } from '../api/point.ts';
import { askResponseSchema, type SearchResponse, searchResponseSchema } from '../api/search.ts';
import { shardingPolicy } from '../policies/sharding/index.ts';
import { type Child, eventually, ready, startChild } from '../runtime/testing/child-process.ts';
import { type FakeProvider, fakeEmbedding, fakeProvider } from '../runtime/testing/fake-provider.ts';
import { type FakeVectorNode, fakeVectorNode } from '../runtime/testing/fake-vector-node.ts';
import { type TestPostgres, testPostgres } from '../runtime/testing/postgres.ts';

const token = 'an internal token of sixteen or more';
const dimensions = 16;
const shards = 3;
const policy = shardingPolicy('hash', shards);

let postgres: TestPostgres;
let provider: FakeProvider;
let nodes: FakeVectorNode[];
let query: Child;

/** Runs statements on a connection of its own. */
async function sql(statement: string): Promise<void> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

beforeAll(async () => {
  postgres = await testPostgres();
  // The part of the indexer's database that the query tier reads.
  await sql(`CREATE TABLE applied_sequence (collection text, shard integer, sequence bigint, PRIMARY KEY (collection, shard));
    INSERT INTO applied_sequence VALUES ('documents', 0, 7), ('documents', 1, 5), ('documents', 2, 9), ('another', 0, 1)`);
  provider = await fakeProvider();
  nodes = await Promise.all(Array.from({ length: shards }, fakeVectorNode));
  query = await startChild('query', {
    INTERNAL_TOKEN: token,
    DATABASE_URL: postgres.url,
    PROVIDER_URL: provider.url,
    QDRANT_URLS: nodes.map(({ url }) => url).join(','),
    EMBEDDING_DIM: String(dimensions),
  });
  await ready(query);
});

afterAll(async () => {
  for (const started of [query, provider, ...nodes, postgres]) {
    await started[Symbol.asyncDispose]();
  }
});

function store(
  tenant: string,
  docId: string,
  content: string,
  metadata: Record<string, string | number | boolean> = {},
  knowledgeBase = 'default',
) {
  const key = { tenant, knowledge_base: knowledgeBase, doc_id: docId };
  const id = pointIdOf(key);
  const payload = { ...key, content, metadata, document_version: 1, labels: labelsOf(metadata) };
  nodes[policy.shardOf(id)]?.points.set(id, { id, vector: Array.from(fakeEmbedding(content, dimensions)), payload });
}

beforeEach(() => {
  for (let index = 0; index < 30; index += 1) {
    store('acme', `doc-${index}`, `text ${index}`, { even: index % 2 === 0, 'a.b': index });
  }
  store('acme', 'elsewhere', 'text 3', {}, 'other');
  store('globex', 'secret', 'text 3');
});

afterEach(() => {
  provider.fault = undefined;
  provider.rankingFault = undefined;
  for (const node of nodes) {
    node.points.clear();
    node.mood = 'well';
    node.hasCollection = true;
    node.ignoresFilters = false;
  }
});

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${query.url}${path}`, {
    method: 'POST',
    headers: { 'x-internal-token': token, 'x-tenant': 'acme', 'content-type': 'application/json', 'x-request-id': 'mine', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function search(body: object, headers: Record<string, string> = {}): Promise<SearchResponse> {
  const response = await post('/v1/search', body, headers);
  expect(response.status).toBe(200);
  return searchResponseSchema.parse(await response.json());
}

async function errorOf(response: Response) {
  return { status: response.status, ...errorBodySchema.parse(await response.json()).error };
}

beforeAll(() => {
  for (const node of nodes) {
    node.hasCollection = true;
  }
});

describe('search', () => {
  test('finds the nearest of all shards and carries evidence', async () => {
    const { results, evidence } = await search({ query_text: '  text\u3000３ ', top_k: 5 });
    expect(results[0]).toMatchObject({ content: 'text 3' });
    expect(results[0]?.score).toBeCloseTo(1, 5);
    expect(results.map(({ score }) => score)).toEqual(results.map(({ score }) => score).sort((left, right) => right - left));
    expect(results.length).toBe(5);
    expect(evidence).toMatchObject({
      request_id: 'mine',
      index_version: 'documents',
      applied_sequence: 5,
      cache_tier: 'none',
      shards: { asked: 3, answered: 3 },
      degraded: false,
      degraded_reason: null,
    });
    expect(evidence.stages.map(({ stage }) => stage)).toEqual(['preprocess', 'embed', 'search', 'merge']);
    expect(evidence.stages.reduce((sum, { duration_ms }) => sum + duration_ms, 0)).toBeCloseTo(evidence.total_ms, 6);
  });

  test('filters by knowledge base and by metadata of every type', async () => {
    const ids = async (filters: object) =>
      (await search({ query_text: 'text 3', top_k: 100, filters })).results.map(({ doc_id }) => doc_id).sort();
    expect(await ids({ knowledge_base: 'other' })).toEqual(['elsewhere']);
    expect(await ids({ metadata: { 'a.b': 4 } })).toEqual(['doc-4']);
    expect((await ids({ metadata: { even: true } })).length).toBe(15);
    expect(await ids({ metadata: { even: true, 'a.b': 3 } })).toEqual([]);
    expect(await ids({ metadata: { 'a.b': '4' } })).toEqual([]);
  });

  test('a tenant sees its own documents only', async () => {
    expect((await search({ query_text: 'text 3', top_k: 100 }, { 'x-tenant': 'globex' })).results.map(({ doc_id }) => doc_id)).toEqual([
      'secret',
    ]);
    expect((await search({ query_text: 'text 3', top_k: 100 }, { 'x-tenant': 'nobody' })).results).toEqual([]);
  });

  test('a hit of another tenant is dropped, counted and logged even when a node returns it', async () => {
    for (const node of nodes) {
      node.ignoresFilters = true;
    }
    const { results } = await search({ query_text: 'text 3', top_k: 100 }, { 'x-tenant': 'globex' });
    expect(results.map(({ doc_id }) => doc_id)).toEqual(['secret']);
    expect(await (await fetch(`${query.url}/metrics`)).text()).toMatch(/dropped_hits_total\{reason="foreign_tenant"\} 31/);
    await eventually(() => (query.output().includes('a point of another tenant was found') ? true : undefined));
  });
});

describe('rerank', () => {
  test('puts twice as many candidates into a new order and shows the best', async () => {
    const plain = await search({ query_text: 'text 3', top_k: 6 });
    const { results, evidence } = await search({ query_text: 'text 3', top_k: 3, rerank: true });
    expect(results.map(({ doc_id }) => doc_id)).toEqual(
      plain.results
        .slice(3)
        .map(({ doc_id }) => doc_id)
        .reverse(),
    );
    expect(results.map(({ score }) => score)).toEqual([5, 4, 3]);
    expect(evidence).toMatchObject({ degraded: false, degraded_reason: null });
    expect(evidence.stages.map(({ stage }) => stage)).toEqual(['preprocess', 'embed', 'search', 'merge', 'rerank']);
  });

  test('of nothing is nothing, and asks nobody', async () => {
    provider.rankingFault = 'refused';
    const { results, evidence } = await search({ query_text: 'text 3', rerank: true }, { 'x-tenant': 'nobody' });
    expect([results, evidence.degraded]).toEqual([[], false]);
  });

  test.each(['refused', 'missing', 'repeated'] as const)('that is %s: the order of the search, degraded, and why', async (fault) => {
    provider.rankingFault = fault;
    const plain = await search({ query_text: 'text 3', top_k: 3 });
    const { results, evidence } = await search({ query_text: 'text 3', top_k: 3, rerank: true });
    expect(results).toEqual(plain.results);
    expect(evidence).toMatchObject({ degraded: true, shards: { asked: 3, answered: 3 } });
    expect(evidence.degraded_reason).toMatch(/^not reranked: /);
  });

  test('that hangs: the order of the search within the deadline, degraded; together with a shard, both are named', async () => {
    provider.rankingFault = 'hanging';
    (nodes[1] as FakeVectorNode).mood = 'failing';
    const { results, evidence } = await search({ query_text: 'text 3', top_k: 3, rerank: true }, { 'x-deadline-ms': '600' });
    expect(results.length).toBe(3);
    expect(evidence.total_ms).toBeLessThan(600);
    expect(evidence.degraded_reason).toMatch(/^not answered by shard 1: .*; not reranked: the provider gave no ranking within/);
  });
});

describe('ask', () => {
  test('answers from the sources', async () => {
    const answer = askResponseSchema.parse(await (await post('/v1/ask', { query: 'text 3', top_k: 2 })).json());
    expect(answer.sources.length).toBe(2);
    expect(answer.answer).toContain('[1] text 3');
    expect(answer.answer).toContain('Question: text 3');
    expect(answer.usage).toEqual({ prompt_tokens: 7, completion_tokens: 3 });
    expect(answer.evidence.stages.at(-1)?.stage).toBe('generate');
  });
});

describe('when something fails', () => {
  test.each(['failing', 'cutting'] as const)('one %s shard: the others answer, and the answer says so', async (mood) => {
    (nodes[1] as FakeVectorNode).mood = mood;
    const { evidence } = await search({ query_text: 'text 3' });
    expect(evidence).toMatchObject({ shards: { asked: 3, answered: 2 }, degraded: true });
    expect(evidence.degraded_reason).toContain('shard 1');
  });

  test('a hanging shard: the others answer within the deadline', async () => {
    (nodes[2] as FakeVectorNode).mood = 'hanging';
    const { evidence } = await search({ query_text: 'text 3' }, { 'x-deadline-ms': '400' });
    expect(evidence).toMatchObject({ shards: { asked: 3, answered: 2 }, degraded: true });
    expect(evidence.total_ms).toBeLessThan(400);
  });

  test('no shard: 503, or 504 when all hang', async () => {
    for (const node of nodes) {
      node.hasCollection = false;
    }
    expect(await errorOf(await post('/v1/search', { query_text: 'x' }))).toMatchObject({ status: 503, code: 'unavailable' });
    for (const node of nodes) {
      node.mood = 'hanging';
    }
    expect(await errorOf(await post('/v1/search', { query_text: 'x' }, { 'x-deadline-ms': '200' }))).toMatchObject({ status: 504 });
  });

  test.each(['wrong-dimension', 'not-finite', 'missing', 'refused'] as const)(
    'an embedding that is %s: 502 and no search',
    async (fault) => {
      provider.fault = fault;
      const asked = nodes.reduce((sum, { requests }) => sum + requests.length, 0);
      expect(await errorOf(await post('/v1/search', { query_text: 'x' }))).toMatchObject({ status: 502, code: 'upstream_failed' });
      expect(nodes.reduce((sum, { requests }) => sum + requests.length, 0)).toBe(asked);
    },
  );

  test('a provider that hangs: 504 at the deadline', async () => {
    provider.fault = 'hanging';
    const started = performance.now();
    expect(await errorOf(await post('/v1/search', { query_text: 'x' }, { 'x-deadline-ms': '200' }))).toMatchObject({ status: 504 });
    expect(performance.now() - started).toBeGreaterThanOrEqual(199);
  });

  test('without PostgreSQL searches go on with the last known sequence; afterwards it is read again', async () => {
    await postgres.crash();
    try {
      await eventually(async () => ((await (await fetch(`${query.url}/ready`)).text()).includes('lower bound') ? true : undefined));
      expect((await fetch(`${query.url}/ready`)).status).toBe(200);
      expect((await search({ query_text: 'text 3' })).evidence.applied_sequence).toBe(5);
    } finally {
      await postgres.start();
    }
    await sql("UPDATE applied_sequence SET sequence = 8 WHERE shard = 1; SELECT pg_notify('applied_sequence', '')");
    await eventually(async () => ((await search({ query_text: 'text 3' })).evidence.applied_sequence === 7 ? true : undefined));
    await sql("UPDATE applied_sequence SET sequence = 5 WHERE shard = 1; SELECT pg_notify('applied_sequence', '')");
  });

  test('a process that has never read the sequence is not ready', async () => {
    await using alone = await startChild('query', {
      INTERNAL_TOKEN: token,
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
      PROVIDER_URL: provider.url,
      QDRANT_URLS: nodes[0]?.url ?? '',
    });
    const response = await fetch(`${alone.url}/ready`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('was not read yet');
    expect(await alone.stop()).toBe(0);
  });
});

describe('refusals', () => {
  const cases: [string, string, Record<string, string>, number, string][] = [
    ['no token', '{"query_text":"x"}', { 'x-internal-token': '' }, 401, 'unauthenticated'],
    ['no tenant', '{"query_text":"x"}', { 'x-tenant': '' }, 400, 'invalid_request'],
    ['too large', JSON.stringify({ query_text: 'x'.repeat(1024 * 1024) }), {}, 413, 'payload_too_large'],
    ['no JSON', '{"query_text"', {}, 400, 'malformed_json'],
    ['too deep', `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`, {}, 400, 'malformed_json'],
    ['__proto__', '{"query_text":"x","filters":{"metadata":{"__proto__":"x"}}}', {}, 400, 'malformed_json'],
    ['white space only', '{"query_text":" \\u3000 "}', {}, 400, 'invalid_request'],
    ['an unknown field', '{"query_text":"x","limit":3}', {}, 400, 'invalid_request'],
    ['a bad deadline', '{"query_text":"x"}', { 'x-deadline-ms': 'soon' }, 400, 'invalid_request'],
  ];
  test.each(cases)('%s', async (_name, body, headers, status, code) => {
    expect(await errorOf(await post('/v1/search', body, headers))).toMatchObject({ status, code, request_id: 'mine' });
  });

  test('another method and another path', async () => {
    expect((await fetch(`${query.url}/v1/search`)).status).toBe(405);
    expect((await fetch(`${query.url}/v1/searches`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${query.url}/health`, { method: 'POST' })).status).toBe(405);
  });
});
