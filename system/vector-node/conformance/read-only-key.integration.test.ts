import { expect, test } from 'vitest';
import { type RecordedRequest, readRecording } from './recording.ts';
import { sendRecorded } from './send.ts';
import { startEmbedded } from './target.ts';

const full = { 'api-key': 'rw-key', 'content-type': 'application/json' };
const variables = new Map<string, string | number | Buffer>();

test('a read-only key changes nothing, whatever of all that is recorded it sends', async () => {
  await using target = await startEmbedded('keys');
  const send = (request: RecordedRequest) => sendRecorded(target.url, request, variables);
  const ask = async (path: string, method = 'GET') =>
    (await send({ method, path, headers: full, ...(method === 'POST' ? { body: { with_vector: true } } : {}) })).body
      .toString('utf8')
      .replace(/,"time":.*/, '');
  await send({ method: 'PUT', path: '/collections/docs', headers: full, body: { vectors: { size: 4, distance: 'Dot' } } });
  const points = [1, 2, 3].map((id) => ({ id, vector: [id, 1, 0, 0], payload: { n: id } }));
  await send({ method: 'PUT', path: '/collections/docs/points', query: { wait: 'true' }, headers: full, body: { points } });
  await send({
    method: 'POST',
    path: '/collections/aliases',
    headers: full,
    body: { actions: [{ create_alias: { collection_name: 'docs', alias_name: 'live' } }] },
  });
  const everything = async () => [
    await ask('/collections'),
    await ask('/aliases'),
    await ask('/collections/docs'),
    await ask('/collections/docs/snapshots'),
    await ask('/collections/docs/points/scroll', 'POST'),
  ];
  const before = await everything();
  expect(before[4]).toContain('"id":3');
  const allowed = new Set<string>();
  for (const { request } of readRecording().suites.flatMap(({ cases }) => cases)) {
    if (request.rawBodyRepeat !== undefined || request.upload?.capture !== undefined || /\{\{/.test(JSON.stringify(request))) {
      continue;
    }
    const path = request.path.replace(/^\/collections\/(?!aliases)[^/]+/, '/collections/docs');
    const { status } = await send({ ...request, path, headers: { ...request.headers, 'api-key': 'ro-key' } });
    if (status < 300 && request.method !== 'GET') {
      allowed.add(`${request.method} ${path}`);
    }
  }
  expect(await everything()).toEqual(before);
  expect([...allowed].filter((call) => !/^POST \/collections\/docs\/(points|facet)/.test(call))).toEqual(['OPTIONS /collections']);
});
