import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startDelayedRelay } from './delayed-relay.ts';

const stack: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of stack.splice(0).reverse()) {
    await each[Symbol.asyncDispose]();
  }
});

/** A server whose connections are handed over as they come. */
async function server(onConnection: (socket: Socket) => void): Promise<number> {
  const listening = createServer({ allowHalfOpen: true }, onConnection);
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  stack.push({
    async [Symbol.asyncDispose]() {
      const closed = once(listening, 'close');
      listening.close();
      await closed;
    },
  });
  return (listening.address() as AddressInfo).port;
}

async function relayTo(port: number, roundTripMs: number): Promise<number> {
  const relay = await startDelayedRelay(port, roundTripMs);
  stack.push(relay);
  return relay.port;
}

describe('a delayed relay', () => {
  it('gives an answer no sooner than a round trip, and every byte in its order', async () => {
    const port = await relayTo(await server((socket) => socket.pipe(socket)), 60);
    const client = connect(port, '127.0.0.1');
    const sent = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 31) % 251));
    const started = performance.now();
    const received: Buffer[] = [];
    let firstMs: number | undefined;
    client.on('data', (bytes: Buffer) => {
      firstMs ??= performance.now() - started;
      received.push(bytes);
    });
    client.end(sent);
    await once(client, 'close');
    expect(Buffer.concat(received).equals(sent)).toBe(true);
    // Timers are whole milliseconds.
    expect(firstMs).toBeGreaterThanOrEqual(58);
  });

  it('ends a connection when the other side has ended it, and refuses none of the next', async () => {
    let dropped = 0;
    const port = await relayTo(
      await server((socket) => {
        dropped += 1;
        socket.destroy();
      }),
      4,
    );
    for (const attempt of [1, 2]) {
      const client = connect(port, '127.0.0.1');
      client.on('error', () => undefined);
      await once(client, 'close');
      expect(dropped).toBe(attempt);
    }
  });

  it('tells the far side that the near side has gone', async () => {
    const arrived = Promise.withResolvers<Socket>();
    const port = await relayTo(await server((socket) => arrived.resolve(socket)), 4);
    const client = connect(port, '127.0.0.1');
    const far = await arrived.promise;
    far.on('error', () => undefined);
    const gone = once(far, 'close');
    far.resume();
    client.destroy();
    far.on('end', () => far.destroy());
    await gone;
  });

  it('closes with connections still open', async () => {
    const port = await server((socket) => socket.resume().on('end', () => socket.end()));
    const relay = await startDelayedRelay(port, 4);
    const client = connect(relay.port, '127.0.0.1');
    await once(client, 'connect');
    client.on('error', () => undefined);
    const closed = once(client, 'close');
    await delay(20);
    await relay[Symbol.asyncDispose]();
    await closed;
  });
});
