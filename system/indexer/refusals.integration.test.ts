import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBodySchema } from '../api/errors.ts';
import { type Child, ready, startChild } from '../runtime/testing/child-process.ts';
import { type FakeProvider, fakeProvider } from '../runtime/testing/fake-provider.ts';
import { type FakeVectorNode, fakeVectorNode } from '../runtime/testing/fake-vector-node.ts';
import { type TestPostgres, testPostgres } from '../runtime/testing/postgres.ts';

const token = 'an internal token of sixteen or more';

let postgres: TestPostgres;
let provider: FakeProvider;
let node: FakeVectorNode;
let indexer: Child;

beforeAll(async () => {
  postgres = await testPostgres();
  provider = await fakeProvider();
  node = await fakeVectorNode();
  indexer = await startChild('indexer', {
    INTERNAL_TOKEN: token,
    DATABASE_URL: postgres.url,
    PROVIDER_URL: provider.url,
    QDRANT_URLS: node.url,
    EMBEDDING_DIM: '8',
  });
  await ready(indexer);
});

afterAll(async () => {
  for (const started of [indexer, node, provider, postgres]) {
    await started[Symbol.asyncDispose]();
  }
});

interface Sent {
  readonly method: string;
  readonly body: string;
  readonly headers?: Record<string, string> | undefined;
}

function send(path: string, { method, body, headers }: Sent): Promise<Response> {
  return fetch(`${indexer.url}${path}`, {
    method,
    headers: { 'x-internal-token': token, 'x-tenant': 'acme', 'content-type': 'application/json', 'x-request-id': 'mine', ...headers },
    ...(method === 'GET' ? {} : { body }),
  });
}

describe('refusals', () => {
  const long = 'x'.repeat(1024 * 1024);
  const cases: [string, { method?: string; path?: string; body?: string; headers?: Record<string, string> }, number, string][] = [
    ['no token', { headers: { 'x-internal-token': 'wrong' } }, 401, 'unauthenticated'],
    ['no tenant', { headers: { 'x-tenant': 'Not A Tenant' } }, 400, 'invalid_request'],
    ['too large', { body: JSON.stringify({ documents: [{ doc_id: 'a', content: long }] }) }, 413, 'payload_too_large'],
    ['no JSON', { body: '{"documents":' }, 400, 'malformed_json'],
    ['no body', { body: '' }, 400, 'malformed_json'],
    ['too deep', { body: `${'['.repeat(40)}${']'.repeat(40)}` }, 400, 'malformed_json'],
    ['__proto__', { body: '{"documents":[],"__proto__":{"x":1}}' }, 400, 'malformed_json'],
    ['another type', { headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
    ['compressed', { headers: { 'content-encoding': 'gzip' } }, 415, 'unsupported_media_type'],
    ['no documents', { body: '{"documents":[]}' }, 400, 'invalid_request'],
    ['NUL', { body: '{"documents":[{"doc_id":"a","content":"\\u0000"}]}' }, 400, 'invalid_request'],
    ['half a surrogate pair', { body: '{"documents":[{"doc_id":"a","content":"b","metadata":{"k":"\\ud800"}}]}' }, 400, 'invalid_request'],
    ['NUL in the path', { method: 'GET', path: '/v1/documents/%00' }, 400, 'invalid_request'],
    ['NUL in the query', { method: 'GET', path: '/v1/documents?after=%00' }, 400, 'invalid_request'],
    ['a broken escape', { method: 'GET', path: '/v1/documents/%zz' }, 400, 'invalid_request'],
    ['an unknown parameter', { method: 'GET', path: '/v1/documents?offset=1' }, 400, 'invalid_request'],
    ['a parameter twice', { method: 'GET', path: '/v1/documents?limit=1&limit=2' }, 400, 'invalid_request'],
    ['another method', { method: 'PUT', body: '{}' }, 405, 'method_not_allowed'],
    ['another path', { path: '/v1/nothing', body: '{}' }, 404, 'not_found'],
  ];
  test.each(cases)('%s', async (_name, { method = 'POST', path = '/v1/documents', body = '{}', headers }, status, code) => {
    const response = await send(path, { method, headers, body });
    expect(response.headers.get('x-request-id')).toBe('mine');
    const { error } = errorBodySchema.parse(await response.json());
    expect([response.status, error.code]).toEqual([status, code]);
    expect(error.request_id).toBe('mine');
  });

  test('every problem of a request is named at once', async () => {
    const body = {
      documents: [
        { doc_id: '', content: 5, colour: 'red' },
        { content: 'x', metadata: { a: null } },
      ],
      extra: 1,
    };
    const { error } = errorBodySchema.parse(await (await send('/v1/documents', { method: 'POST', body: JSON.stringify(body) })).json());
    expect(error.problems?.map(({ path }) => path).sort()).toEqual(
      ['', 'documents.0', 'documents.0.content', 'documents.0.doc_id', 'documents.1.doc_id', 'documents.1.metadata.a'].sort(),
    );
  });
});

test('a caller with no deadline left is told so, in time', async () => {
  postgres.signal('SIGSTOP');
  try {
    const started = performance.now();
    // New connections hang while the main process is stopped; the pool may have none that is idle.
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        send('/v1/documents', {
          method: 'POST',
          body: '{"documents":[{"doc_id":"a","content":"b"}]}',
          headers: { 'x-deadline-ms': '300' },
        }),
      ),
    );
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(answers.filter(({ status }) => status !== 202 && status !== 504)).toEqual([]);
    expect(answers.some(({ status }) => status === 504)).toBe(true);
  } finally {
    postgres.signal('SIGCONT');
  }
});
