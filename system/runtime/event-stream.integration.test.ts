import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Response } from 'express';
import { afterEach, expect, test } from 'vitest';
import { beginEventStream, type EventStream } from './event-stream.ts';
import { eventually } from './testing/child-process.ts';

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const close of cleanUp.splice(0)) {
    close();
  }
});

/** A stream and the socket of its reader, who has read nothing yet. */
async function begin(signal: AbortSignal): Promise<{ stream: EventStream; reader: Socket; response: Response }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  reader.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  const [, response] = (await once(server, 'request')) as [unknown, Response];
  cleanUp.push(() => {
    reader.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { stream: beginEventStream(response, signal), reader, response };
}

const never = new AbortController().signal;
const event = `data: ${'x'.repeat(256 * 1024)}\n\n`;

test('sending waits for a reader that takes nothing, and goes on when it reads', async () => {
  const { stream, reader, response } = await begin(never);
  let sent = 0;
  const sending = (async () => {
    for (; sent < 100; sent += 1) {
      await stream.send(event);
    }
  })();
  let [seen, unchanged] = [-1, 0];
  await eventually(() => {
    unchanged = sent === seen ? unchanged + 1 : 0;
    seen = sent;
    return unchanged === 10;
  });
  expect(seen).toBeLessThan(100);
  // One event waits here, and no more than that.
  expect(response.writableLength).toBeLessThan(2 * event.length);
  let received = '';
  reader.setEncoding('latin1').on('data', (text: string) => {
    received += text;
  });
  reader.resume();
  await sending;
  stream.end('data: last\n\n');
  await once(reader, 'close');
  expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/event-stream; charset=utf-8\r\ncache-control: no-store\r\n/);
  expect(received.split('data: ').length).toBe(102);
  expect(received).toContain('data: last\n\n');
});

test('sending to a reader that takes nothing ends with the reason of the signal', async () => {
  const stopping = new AbortController();
  const { stream } = await begin(stopping.signal);
  const reason = new RangeError('over');
  const sending = (async () => {
    for (;;) {
      await stream.send(event);
    }
  })();
  stopping.abort(reason);
  await expect(sending).rejects.toBe(reason);
  await expect(stream.send(event)).rejects.toBe(reason);
});

test('ending a stream whose reader has left does nothing', async () => {
  const { stream, reader, response } = await begin(never);
  reader.destroy();
  await once(response, 'close');
  stream.end('data: last\n\n');
  expect(response.writableEnded).toBe(false);
});
