import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createVectorStore } from './vector-store.ts';

const signal = AbortSignal.timeout(60_000);
const query = { vector: [1, 0], filter: { must: [] }, limit: 3 };
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A vector node that answers as it is told to. */
async function nodeThat(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => answer(request, response));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('asks the collection under the path of the url, whatever characters its name has', async () => {
  const paths: (string | undefined)[] = [];
  const url = await nodeThat(({ url: path }, response) => {
    paths.push(path);
    response.end(JSON.stringify({ result: { points: [{ id: 7, score: 0.5, payload: { a: 1 } }] }, status: 'ok' }));
  });
  expect(await createVectorStore(0, `${url}/behind/`, 'my docs').search(query, signal)).toEqual([
    { id: '7', score: 0.5, payload: { a: 1 } },
  ]);
  expect(paths).toEqual(['/behind/collections/my%20docs/points/query']);
});

test('a refusal is told in the words of the node, with its status and shard', async () => {
  const url = await nodeThat((_request, response) => {
    response.statusCode = 404;
    response.end(JSON.stringify({ status: { error: "Not found: Collection `documents` doesn't exist!" } }));
  });
  await expect(createVectorStore(2, url, 'documents').search(query, signal)).rejects.toMatchObject({
    name: 'VectorStoreError',
    shard: 2,
    status: 404,
    message: "shard 2: the vector node answered 404: Not found: Collection `documents` doesn't exist!",
  });
});

test.each([
  ['something else than JSON', 502, '<html>bad gateway</html>', 'answered 502: <html>bad gateway</html>'],
  ['broken JSON', 200, '{"result":', 'broken JSON'],
  ['no result', 200, '{"status":"ok"}', 'without a result'],
])('%s is an error of the shard', async (_name, status, body, message) => {
  const url = await nodeThat((_request, response) => {
    response.statusCode = status;
    response.end(body);
  });
  await expect(createVectorStore(1, url, 'documents').search(query, signal)).rejects.toThrow(message);
});

test('a node that takes no connections is told from one that breaks off', async () => {
  await expect(createVectorStore(0, 'http://127.0.0.1:1', 'documents').search(query, signal)).rejects.toThrow(/shard 0: .*ECONNREFUSED/);
  const url = await nodeThat((request) => request.socket.destroy());
  await expect(createVectorStore(0, url, 'documents').search(query, signal)).rejects.toThrow(/shard 0: .*broke off/);
});

test('a node that hangs is left when the signal says so, with its reason', async () => {
  const url = await nodeThat(() => undefined);
  const left = new AbortController();
  const found = createVectorStore(0, url, 'documents').search(query, left.signal);
  left.abort(new Error('nobody waits'));
  await expect(found).rejects.toThrow('nobody waits');
});

test('no more requests are under way at once than there may be connections', async () => {
  let [now, most] = [0, 0];
  const url = await nodeThat((_request, response) => {
    now += 1;
    most = Math.max(most, now);
    setImmediate(() => {
      now -= 1;
      response.end('{"result":{"points":[]}}');
    });
  });
  const store = createVectorStore(0, url, 'documents', undefined, 'dense', 3);
  await Promise.all(Array.from({ length: 40 }, () => store.search(query, signal)));
  expect(most).toBeLessThanOrEqual(3);
  expect(most).toBeGreaterThan(0);
});
