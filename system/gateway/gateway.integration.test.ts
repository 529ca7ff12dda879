import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../api/environment.ts';
import { errorBodySchema } from '../api/errors.ts';
import { healthResponseSchema } from '../api/health.ts';
import { type Child, eventually, ready, startChild } from '../runtime/testing/child-process.ts';
import { cut, type FakeAnswer, type FakeServer, fakeServer, hang } from '../runtime/testing/fake-server.ts';

const token = 'an internal token of sixteen or more';
const record = (key: string, tenant: string, role: Role) => ({ tenant, role, keySha256: createHash('sha256').update(key).digest('hex') });

type Mood = 'well' | typeof hang | typeof cut | FakeAnswer;
const well: FakeAnswer = { status: 200, body: { said: 'yes' } };

let folder: string;
let gateway: Child;
let queries: FakeServer[];
let indexer: FakeServer;
let mood: Mood = 'well';
let readyStatus = 200;

const upstream = () =>
  fakeServer(({ path }) => {
    if (path === '/ready') {
      return { status: readyStatus, body: {} };
    }
    return mood === 'well' ? well : (mood as FakeAnswer);
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  const keysFile = join(folder, 'keys.json');
  const records = [record('read-key', 'acme', 'reader'), record('write-key', 'acme', 'writer'), record('other-key', 'globex', 'reader')];
  await writeFile(keysFile, JSON.stringify(records));
  queries = [await upstream(), await upstream(), await upstream()];
  indexer = await upstream();
  gateway = await startChild('gateway', {
    INTERNAL_TOKEN: token,
    QUERY_URLS: queries.map(({ url }) => url).join(','),
    INDEXER_URL: indexer.url,
    API_KEYS_FILE: keysFile,
  });
  await ready(gateway);
});

afterAll(async () => {
  expect(await gateway.stop()).toBe(0);
  for (const server of [...queries, indexer]) {
    await server[Symbol.asyncDispose]();
  }
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  mood = 'well';
  readyStatus = 200;
  for (const { requests } of [...queries, indexer]) {
    requests.length = 0;
  }
});

interface Sent {
  readonly method?: string;
  readonly key?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

function send(
  path: string,
  { method = 'POST', key = 'read-key', body = '{"query_text":"x"}', headers = {} }: Sent = {},
): Promise<Response> {
  return fetch(`${gateway.url}${path}`, {
    method,
    headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
    ...(method === 'GET' ? {} : { body }),
  });
}

async function errorOf(response: Response) {
  return { status: response.status, ...errorBodySchema.parse(await response.json()).error };
}

const received = () => [...queries, indexer].flatMap(({ requests }) => requests).filter(({ path }) => path !== '/ready');

describe('forwarding', () => {
  test.each([
    ['POST', '/v1/search', '/v1/search', 'read-key'],
    ['POST', '/v1/ask', '/v1/ask', 'read-key'],
    ['POST', '/api/v1/ask', '/v1/ask', 'read-key'],
    ['POST', '/v1/documents', '/v1/documents', 'write-key'],
    ['DELETE', '/v1/documents', '/v1/documents', 'write-key'],
    ['GET', '/v1/documents', '/v1/documents', 'read-key'],
    ['GET', '/v1/documents/a%2Fb%20%C3%A4', '/v1/documents/a%2Fb%20%C3%A4', 'read-key'],
    ['GET', '/v1/jobs/some-id', '/v1/jobs/some-id', 'read-key'],
  ])('%s %s', async (method, path, inward, key) => {
    const body = '{ "doc_ids" : ["a"],\n"text":"ä文" }';
    const response = await send(path, { method, key, body, headers: { 'x-request-id': 'mine', 'x-simulated-answer-tokens': '7' } });
    expect([response.status, await response.json()]).toEqual([200, well.body]);
    expect(response.headers.get('x-request-id')).toBe('mine');
    const [request, ...more] = received();
    expect(more).toEqual([]);
    expect(request).toMatchObject({ method, path: inward });
    expect(request?.headers).toMatchObject({ 'x-tenant': 'acme', 'x-internal-token': token, 'x-request-id': 'mine' });
    expect(request?.headers['x-simulated-answer-tokens']).toBe('7');
    expect(Number(request?.headers['x-deadline-ms'])).toBeGreaterThan(9_000);
    expect(Number(request?.headers['x-deadline-ms'])).toBeLessThanOrEqual(10_000);
    expect(request?.headers['x-api-key']).toBeUndefined();
    if (method !== 'GET') {
      expect(request?.headers['content-length']).toBe(String(Buffer.byteLength(body)));
    }
  });

  test('the tenant is the one of the key, whatever the caller writes into inward headers', async () => {
    await send('/v1/search', { key: 'other-key', headers: { 'x-tenant': 'acme', 'x-internal-token': 'guess' } });
    expect(received()[0]?.headers).toMatchObject({ 'x-tenant': 'globex', 'x-internal-token': token });
  });

  test('queries take turns', async () => {
    for (let turn = 0; turn < 9; turn += 1) {
      await send('/v1/search');
    }
    expect(queries.map(({ requests }) => requests.length)).toEqual([3, 3, 3]);
  });

  test('an ill-formed request id is replaced', async () => {
    const response = await send('/v1/search', { headers: { 'x-request-id': 'two words' } });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(received()[0]?.headers['x-request-id']).toBe(response.headers.get('x-request-id'));
  });

  test('an error of the upstream goes through as it is', async () => {
    mood = { status: 503, body: { error: { code: 'unavailable', message: 'none', request_id: 'mine' } } };
    expect(await errorOf(await send('/v1/search'))).toMatchObject({ status: 503, message: 'none' });
  });
});

describe('upstream trouble', () => {
  test('one that hangs: 504 at the deadline', async () => {
    mood = hang;
    const started = performance.now();
    const error = await errorOf(await send('/v1/search', { headers: { 'x-deadline-ms': '300', 'x-request-id': 'mine' } }));
    const tookMs = performance.now() - started;
    expect(error).toMatchObject({ status: 504, code: 'deadline_exceeded', request_id: 'mine' });
    expect(tookMs).toBeGreaterThanOrEqual(299);
    expect(Number(received()[0]?.headers['x-deadline-ms'])).toBeLessThanOrEqual(300);
  });

  test('a caller that hangs in its body: 504 at the deadline', async () => {
    const { port } = new URL(gateway.url);
    const socket = connect(Number(port), '127.0.0.1');
    let said = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    socket.write('POST /v1/search HTTP/1.1\r\nhost: x\r\nx-api-key: read-key\r\nx-deadline-ms: 200\r\ncontent-length: 50\r\n\r\n{"query');
    await eventually(() => (said.includes('deadline_exceeded') ? true : undefined));
    expect(said).toMatch(/^HTTP\/1\.1 504/);
    socket.destroy();
  });

  test('one that breaks off: 502', async () => {
    mood = cut;
    expect(await errorOf(await send('/v1/search'))).toMatchObject({ status: 502, code: 'upstream_failed' });
  });

  test('one that does not know the gateway: 502, not 401', async () => {
    mood = { status: 401, body: { error: 'no' } };
    expect(await errorOf(await send('/v1/search'))).toMatchObject({ status: 502, code: 'upstream_failed' });
  });

  test('one that is not there: 503 with a hint, and not ready', async () => {
    const keysFile = join(folder, 'keys.json');
    await using alone = await startChild('gateway', {
      INTERNAL_TOKEN: token,
      QUERY_URLS: 'http://127.0.0.1:1',
      INDEXER_URL: 'http://127.0.0.1:1',
      API_KEYS_FILE: keysFile,
    });
    const response = await fetch(`${alone.url}/v1/search`, {
      method: 'POST',
      headers: { authorization: 'Bearer read-key', 'content-type': 'application/json' },
      body: '{}',
    });
    const error = await errorOf(response);
    expect(error).toMatchObject({ status: 503, code: 'unavailable' });
    expect(error.hint).toContain('nothing was sent');
    const health = await fetch(`${alone.url}/ready`);
    expect(health.status).toBe(503);
    expect(Object.keys(healthResponseSchema.parse(await health.json()).checks).sort()).toEqual(['indexer', 'query']);
  });

  test('upstreams that are not ready make the gateway not ready, and alive', async () => {
    readyStatus = 503;
    expect((await fetch(`${gateway.url}/ready`)).status).toBe(503);
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
  });
});

describe('refusals', () => {
  const documents = '/v1/documents';
  const cases: [string, string, Sent, number, string][] = [
    ['no key', '/v1/search', { key: '' }, 401, 'unauthenticated'],
    ['an unknown key', '/v1/search', { key: 'unknown' }, 401, 'unauthenticated'],
    ['a reader that writes', documents, { key: 'read-key' }, 403, 'forbidden'],
    ['a reader that deletes', documents, { key: 'read-key', method: 'DELETE' }, 403, 'forbidden'],
    ['too large', '/v1/search', { body: `"${'x'.repeat(1024 * 1024)}"` }, 413, 'payload_too_large'],
    ['no JSON', '/v1/search', { body: '{' }, 400, 'malformed_json'],
    ['no body', '/v1/search', { body: '' }, 400, 'malformed_json'],
    ['not UTF-8', '/v1/search', { body: Buffer.from([0x22, 0xff, 0x22]) as unknown as string }, 400, 'malformed_json'],
    ['too deep', '/v1/search', { body: `${'['.repeat(33)}${']'.repeat(33)}` }, 400, 'malformed_json'],
    ['__proto__', '/v1/search', { body: '{"a":{"\\u005f_proto__":1}}' }, 400, 'malformed_json'],
    ['constructor.prototype', '/v1/search', { body: '{"constructor":{"prototype":{}}}' }, 400, 'malformed_json'],
    ['another type', '/v1/search', { headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
    ['compressed', '/v1/search', { headers: { 'content-encoding': 'gzip' } }, 415, 'unsupported_media_type'],
    ['a deadline of nothing', '/v1/search', { headers: { 'x-deadline-ms': '0' } }, 400, 'invalid_request'],
    ['a deadline too far', '/v1/search', { headers: { 'x-deadline-ms': '1e9' } }, 400, 'invalid_request'],
    ['another method', '/v1/search', { method: 'GET' }, 405, 'method_not_allowed'],
    ['another method on the alias', '/api/v1/ask', { method: 'PUT' }, 405, 'method_not_allowed'],
    ['another method on a document', '/v1/documents/a', { method: 'PATCH' }, 405, 'method_not_allowed'],
    ['another path', '/v2/search', {}, 404, 'not_found'],
    ['a path of the inside', '/internal', { method: 'GET' }, 404, 'not_found'],
    ['a broken escape', '/v1/documents/%zz', { method: 'GET' }, 400, 'invalid_request'],
  ];
  test.each(cases)('%s', async (_name, path, sent, status, code) => {
    const response = await send(path, sent);
    const error = await errorOf(response);
    expect([error.status, error.code]).toEqual([status, code]);
    expect(error.request_id).toBe(response.headers.get('x-request-id'));
    expect(received()).toEqual([]);
  });
});

test('metrics count queries by status and method, and label routes by their pattern', async () => {
  await send('/v1/ask');
  mood = { status: 503, body: {} };
  await send('/v1/ask');
  await send('/v1/documents/one', { method: 'GET' });
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(text).toMatch(/query_total\{status="success",method="ask"\} \d+/);
  expect(text).toMatch(/query_total\{status="error",method="ask"\} \d+/);
  expect(text).toContain('http_route="/v1/documents/:id"');
  expect(text).not.toContain('documents/one');
});
