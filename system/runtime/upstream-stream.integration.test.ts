import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ApiError } from './api-error.ts';
import { eventually } from './testing/child-process.ts';
import { cut, type FakeServer, fakeServer, hang } from './testing/fake-server.ts';
import { createUpstream, type Upstream, type UpstreamStream, wholeAnswer } from './upstream.ts';

let server: FakeServer;
let upstream: Upstream;
/** What the server does with the next request. */
let answer: (response: ServerResponse) => void | Promise<void>;
/** Answers whose readers closed the connection before their end. */
let left = 0;

beforeAll(async () => {
  server = await fakeServer(({ path }) =>
    path === '/hang'
      ? hang
      : path === '/cut'
        ? cut
        : {
            stream(response) {
              response.once('close', () => {
                left += response.writableFinished ? 0 : 1;
              });
              return answer(response);
            },
          },
  );
});
afterAll(() => server[Symbol.asyncDispose]());
afterEach(async () => {
  // Resolves only once no request is left.
  await upstream.close();
  left = 0;
});

const never = new AbortController().signal;

function open(path = '/', signal = never): Promise<UpstreamStream> {
  return upstream.open({ method: 'POST', path, headers: {}, body: '{}', signal });
}

function opened(stream: (response: ServerResponse) => void | Promise<void>, signal = never): Promise<UpstreamStream> {
  answer = stream;
  upstream = createUpstream('query', server.url);
  return open('/', signal);
}

const rejection = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );

test('an answer is there with its head, and its body comes as it is written', async () => {
  let writer: ServerResponse | undefined;
  const { status, contentType, bytes } = await opened((response) => {
    writer = response;
    response.writeHead(418, { 'content-type': 'text/event-stream' }).flushHeaders();
  });
  expect([status, contentType]).toEqual([418, 'text/event-stream']);
  writer?.write('one');
  expect((await bytes.next()).value?.toString()).toBe('one');
  writer?.end('two');
  expect((await bytes.next()).value?.toString()).toBe('two');
  expect(await bytes.next()).toEqual({ done: true, value: undefined });
  expect(await bytes.next()).toEqual({ done: true, value: undefined });
});

test('an answer read whole is every byte of it, whatever its head was preceded by', async () => {
  const body = Buffer.alloc(3_000_000, 'größer 文');
  const stream = await opened((response) => {
    response.writeEarlyHints({ link: '</x>; rel=preload' });
    response.writeHead(200).end(body);
  });
  const { body: read, ...head } = await wholeAnswer(stream);
  expect(read.equals(body)).toBe(true);
  expect(head).toEqual({ status: 200, contentType: 'application/octet-stream' });
});

test('a reader that takes nothing stops the writer, and gets everything when it goes on', async () => {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const chunks = 1_000;
  let written = 0;
  const stream = await opened(async (response) => {
    response.writeHead(200);
    for (; written < chunks; written += 1) {
      if (!response.write(chunk)) {
        await once(response, 'drain');
      }
    }
    response.end();
  });
  let [seen, unchanged] = [-1, 0];
  await eventually(() => {
    unchanged = written === seen && written > 0 ? unchanged + 1 : 0;
    seen = written;
    return unchanged === 10;
  });
  expect(seen).toBeLessThan(chunks / 2);
  const { body } = await wholeAnswer(stream);
  expect(body.length).toBe(chunk.length * chunks);
});

test('a reader that leaves ends the request', async () => {
  const { bytes } = await opened((response) => {
    response.writeHead(200).write('one');
  });
  for await (const piece of bytes) {
    expect(piece.toString()).toBe('one');
    break;
  }
  await eventually(() => left === 1);
});

test('the rest of an answer that is discarded goes by, and its connection serves again', async () => {
  const connections: unknown[] = [];
  const first = await opened((response) => {
    connections.push(response.socket);
    response.writeHead(200).write('one');
    setImmediate(() => response.end('x'.repeat(300_000)));
  });
  await first.bytes.next();
  first.discard();
  expect(await first.bytes.next()).toEqual({ done: true, value: undefined });
  await eventually(async () => {
    await wholeAnswer(await open());
    return connections.at(-1) === connections[0];
  });
  expect(left).toBe(0);
});

test('a rest without end that is discarded is given up', async () => {
  const { discard } = await opened((response) => {
    response.writeHead(200).write('one');
  });
  discard();
  await eventually(() => left === 1);
});

test('a signal ends the body with its reason, also for who reads later', async () => {
  const reason = new ApiError('deadline_exceeded', 'over');
  const stopping = new AbortController();
  const { bytes } = await opened((response) => {
    response.writeHead(200).flushHeaders();
  }, stopping.signal);
  const reading = rejection(bytes.next());
  stopping.abort(reason);
  expect(await reading).toBe(reason);
  expect(await rejection(bytes.next())).toBe(reason);
  expect(await rejection(open('/', stopping.signal))).toBe(reason);
  await eventually(() => left === 1);
});

test('a signal before the head ends the request', async () => {
  upstream = createUpstream('query', server.url);
  const reason = new ApiError('deadline_exceeded', 'over');
  const stopping = new AbortController();
  const asking = rejection(open('/hang', stopping.signal));
  stopping.abort(reason);
  expect(await asking).toBe(reason);
});

test('an answer that breaks off gives what came, then the failure; one that never came is the failure', async () => {
  const { bytes } = await opened((response) => {
    response.writeHead(200, { 'content-length': 100 }).write('one', () => response.destroy());
  });
  await eventually(() => left === 1);
  expect((await bytes.next()).value?.toString()).toBe('one');
  expect(await rejection(bytes.next())).toMatchObject({ code: 'upstream_failed' });
  expect(await rejection(open('/cut'))).toMatchObject({ code: 'upstream_failed' });
  const gone = createUpstream('query', 'http://127.0.0.1:1');
  expect(await rejection(gone.open({ method: 'GET', path: '/', headers: {}, signal: never }))).toMatchObject({ code: 'unavailable' });
  await gone.close();
});
