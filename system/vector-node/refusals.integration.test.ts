import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningNode, send, startNode } from './running-node.ts';

const size = 24;

describe('requests that cannot be served', () => {
  let shared: string;
  let node: RunningNode;
  beforeAll(async () => {
    shared = await mkdtemp(path.join(tmpdir(), 'vector-node-'));
    node = await startNode(shared);
    await node.client.createCollection('docs', { vectors: { size, distance: 'Cosine' } });
    await node.client.upsert('docs', {
      wait: true,
      points: Array.from({ length: 10 }, (_, id) => ({ id, vector: Array.from({ length: size }, () => id) })),
    });
  });
  afterAll(async () => {
    await node.stop('SIGKILL');
    await rm(shared, { recursive: true, force: true });
  });

  const format = (detail: string) => `Format error in JSON body: ${detail}`;
  test.each<[string, string, string | undefined, number, string]>([
    [
      'PUT',
      '/collections/docs/points',
      '{"points":[{"id":1,"vector":[1,2,3]}]}',
      400,
      `Wrong input: Vector dimension error: expected dim: ${size}, got 3`,
    ],
    [
      'PUT',
      '/collections/docs/points',
      '{"points":[{"id":-1,"vector":[1]}]}',
      400,
      format('value -1 is not a valid point ID, valid values are either an unsigned integer or a UUID'),
    ],
    ['PUT', '/collections/docs/points', '{"points":[]}', 400, 'Bad request: Empty update request'],
    [
      'PUT',
      '/collections/docs/points',
      '{"points":[{"id":1,"vector":["a"]}]}',
      400,
      format('data did not match any variant of untagged enum VectorStruct'),
    ],
    [
      'PUT',
      '/collections/docs/points?wait=maybe',
      '{"points":[{"id":1,"vector":[1]}]}',
      400,
      'Deserialize error in query parameters: provided string was not `true` or `false`',
    ],
    ['POST', '/collections/docs/points/query', '{"query": [1, 2', 400, format('EOF while parsing a list at line 1 column 15')],
    ['POST', '/collections/docs/points/query', '{"query": [NaN, 1]}', 400, format('expected value at line 1 column 12')],
    ['POST', '/collections/docs/points/query', '', 400, format('EOF while parsing a value at line 1 column 0')],
    [
      'POST',
      '/collections/docs/points/query',
      '[]',
      400,
      format('invalid type: sequence, expected struct QueryRequest at line 1 column 0'),
    ],
    [
      'POST',
      '/collections/docs/points/query',
      '{"query": [1], "limit": 0}',
      422,
      'Validation error in JSON body: [internal.limit: value 0 invalid, must be 1 or larger]',
    ],
    ['POST', '/collections/docs/points/query', '{"query": 99}', 404, 'Not found: No point with id 99 found'],
    [
      'POST',
      '/collections/docs/points/query',
      '{"filter": {"must_also": []}}',
      400,
      format('unknown field `must_also`, expected one of `should`, `min_should`, `must`, `must_not` at line 1 column 29'),
    ],
    ['POST', '/collections/missing/points/count', '{}', 404, "Not found: Collection `missing` doesn't exist!"],
    ['GET', '/collections/docs/points/99', undefined, 404, 'Not found: Point with id 99 does not exists!'],
    ['PUT', '/collections/docs', '{"vectors": {"size": 4, "distance": "Dot"}}', 409, 'Wrong input: Collection `docs` already exists!'],
    [
      'PUT',
      '/collections/bad',
      '{"vectors": {"size": 0, "distance": "Dot"}}',
      400,
      format('data did not match any variant of untagged enum VectorsConfig at line 1 column 43'),
    ],
    [
      'PUT',
      '/collections/a%2Fb',
      '{}',
      422,
      'Validation error in path parameters: [collection_name: collection name cannot contain "/" char]',
    ],
    ...(
      [
        [
          'PUT',
          '/collections/multi',
          { vectors: { size: 4, distance: 'Dot', multivector_config: {} } },
          'multivectors (vectors.multivector_config)',
        ],
        ['PUT', '/collections/custom', { sharding_method: 'custom' }, 'custom sharding (sharding_method)'],
        ['PUT', '/collections/strict', { strict_mode_config: { max_points_count: 5 } }, 'the limit max_points_count of strict mode'],
        ['POST', '/collections/docs/points/query', { query: { relevance_feedback: {} } }, 'queries of kind relevance_feedback'],
        [
          'POST',
          '/collections/docs/points/search/matrix/pairs',
          {},
          'distance matrices (POST /collections/:collection/points/search/matrix/pairs)',
        ],
      ] as const
    ).map(
      ([method, route, body, what]) =>
        [method, route, JSON.stringify(body), 501, `Not implemented: the embedded vector node does not have ${what}`] as [
          string,
          string,
          string,
          number,
          string,
        ],
    ),
  ])('%s %s %s → %i', async (method, route, body, status, error) => {
    const answer = await send(node, method, route, body);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({ status: { error }, time: expect.any(Number) });
  });

  test('a body over 32 MiB is refused and the node goes on', async () => {
    const answer = await send(node, 'PUT', '/collections/docs/points', Buffer.alloc(32 * 1024 * 1024 + 1, ' '));
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({
      status: { error: 'JSON payload (33554433 bytes) is larger than allowed (limit: 33554432 bytes).' },
    });
    expect((await node.client.count('docs')).count).toBe(10);
  });

  test.each([
    ['GET', '/nowhere'],
    ['HEAD', '/collections'],
    ['OPTIONS', '/collections'],
    ['DELETE', '/healthz'],
    ['PATCH', '/collections/docs/points'],
  ])('%s %s is unknown: 404 without a body', async (method, route) => {
    expect(await send(node, method, route)).toEqual({ status: 404, text: '' });
  });
});
