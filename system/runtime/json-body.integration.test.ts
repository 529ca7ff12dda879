import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonBody } from './json-body.ts';
import { assignRequestId, createApp, listen, type RunningServer, respondWithError } from './server.ts';

const limitBytes = 1000;
let server: RunningServer;
/** What the handler behind the reader has seen. */
const seen: { bytes: number; value: unknown }[] = [];

beforeAll(async () => {
  const app = createApp();
  app.use(assignRequestId);
  app.post('/', jsonBody(limitBytes), (request, response) => {
    seen.push({ bytes: (response.locals.rawBody as Buffer).length, value: request.body });
    response.status(200).end('read');
  });
  app.use(respondWithError(pino({ enabled: false })));
  server = await listen(app, '127.0.0.1', 0);
});
afterAll(() => server.close());

async function opened(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** The status of the answer to bytes that are written in these pieces. */
async function statusOf(...pieces: readonly string[]): Promise<number> {
  const socket = await opened();
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise(setImmediate);
  }
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer.toString())?.[1]);
}

const head = (...lines: readonly string[]) => ['POST / HTTP/1.1', 'host: x', ...lines, '', ''].join('\r\n');
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

test('reads a body in pieces, split inside a character, sized or chunked', async () => {
  const text = JSON.stringify({ name: '数据库' });
  const bytes = Buffer.from(text);
  const middle = bytes.indexOf(Buffer.from('据')) + 1;
  const socket = await opened();
  socket.write(head(`content-length: ${bytes.length}`));
  socket.write(bytes.subarray(0, middle));
  await new Promise(setImmediate);
  socket.write(bytes.subarray(middle));
  await once(socket, 'data');
  socket.destroy();
  expect(seen.at(-1)).toEqual({ bytes: bytes.length, value: { name: '数据库' } });
  expect(await statusOf(head('transfer-encoding: chunked'), chunk('{"a":'), chunk('1}'), '0\r\n\r\n')).toBe(200);
  expect(seen.at(-1)?.value).toEqual({ a: 1 });
});

test('reads as many bytes as the limit allows, and refuses one more whether or not its length was told', async () => {
  const exact = JSON.stringify('x'.repeat(limitBytes - 2));
  expect(await statusOf(head(`content-length: ${limitBytes}`), exact)).toBe(200);
  const long = JSON.stringify('x'.repeat(limitBytes - 1));
  expect(await statusOf(head(`content-length: ${limitBytes + 1}`), long)).toBe(413);
  expect(await statusOf(head('transfer-encoding: chunked'), chunk(long.slice(0, 600)), chunk(long.slice(600)), '0\r\n\r\n')).toBe(413);
});

test('refuses no body, an empty one, and a compressed one', async () => {
  expect(await statusOf(head())).toBe(400);
  expect(await statusOf(head('content-length: 0'))).toBe(400);
  expect(await statusOf(head('content-length: 2', 'content-encoding: gzip'), '{}')).toBe(415);
  expect(await statusOf(head('content-length: 2', 'content-encoding: Identity'), '{}')).toBe(200);
});

test('answers the next request of a connection after one that it refused', async () => {
  const socket = await opened();
  const statuses: string[] = [];
  socket.on('data', (data: Buffer) =>
    statuses.push(...[...data.toString().matchAll(/HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status ?? '')),
  );
  socket.write(head('content-length: 5000'));
  socket.write('x'.repeat(5000));
  socket.write(head('content-length: 2'));
  socket.write('{}');
  await expect.poll(() => statuses, { timeout: 5000 }).toEqual(['413', '200']);
  socket.destroy();
});

test('a caller that goes away in the middle reaches no handler and does no harm', async () => {
  const before = seen.length;
  const socket = await opened();
  socket.write(head('content-length: 100'));
  socket.write('{"a":');
  await new Promise(setImmediate);
  socket.destroy();
  expect(await statusOf(head('content-length: 2'), '{}')).toBe(200);
  expect(seen).toHaveLength(before + 1);
});
