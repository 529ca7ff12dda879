import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { listenAtDoors } from './listen.ts';

const request = 'GET / HTTP/1.1\r\nHost: here\r\n\r\n';
const old = 20;
const host = '127.0.0.1';
const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) {
    await cleanup();
  }
});

/** Requests of connections that were there before, answered while as many new connections waited for their first answer. */
async function answeredMeanwhile(port: number): Promise<number> {
  let answered = 0;
  let isOver = false;
  const opened = (onData: (again: () => void) => void) =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(port, host, () => socket.write(request));
      cleanups.push(() => void socket.destroy());
      socket.once('error', reject);
      socket.once('data', () => resolve());
      socket.on('data', () => onData(() => socket.write(request)));
    });
  await Promise.all(
    Array.from({ length: old }, () =>
      opened((again) => {
        answered += 1;
        if (!isOver) {
          again();
        }
      }),
    ),
  );
  const before = answered;
  await Promise.all(Array.from({ length: old }, () => opened(() => undefined)));
  isOver = true;
  return answered - before;
}

const answering = () => createServer((_request, response) => void response.end('x'));

describe('a server that listens', () => {
  it.runIf(process.platform === 'linux')('lets no crowd of new connections wait for one turn of the event loop each', async () => {
    const plain = answering();
    await new Promise<void>((resolve) => plain.listen(0, host, () => resolve()));
    cleanups.push(() => void plain.close());
    const behindOne = await answeredMeanwhile((plain.address() as AddressInfo).port);
    const server = answering();
    const { port, close } = await listenAtDoors(server, { host, port: 0 });
    const closing = () => {
      server.closeAllConnections();
      return close();
    };
    cleanups.push(closing);
    expect(await answeredMeanwhile(port)).toBeLessThan(behindOne / 2);
  });

  it('refuses a port that is taken, and gives it free when it closes', async () => {
    const first = answering();
    const { port, close } = await listenAtDoors(first, { host, port: 0 });
    await expect(listenAtDoors(answering(), { host, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await close();
    const second = await listenAtDoors(answering(), { host, port });
    expect(second.port).toBe(port);
    await second.close();
  });

  it('closes when the requests on every socket have ended', async () => {
    const waiting: ServerResponse[] = [];
    const server = createServer((_request, response) => void waiting.push(response));
    const { port, close } = await listenAtDoors(server, { host, port: 0 });
    const answers = Array.from(
      { length: old },
      () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect(port, host, () => socket.write(request));
          socket.once('error', reject);
          socket.once('data', () => resolve());
        }),
    );
    while (waiting.length < old) {
      await new Promise((resolve) => server.once('request', resolve));
    }
    const closed = close();
    const next = new Promise((resolve) => setImmediate(() => resolve('open')));
    expect(await Promise.race([closed.then(() => 'closed'), next])).toBe('open');
    for (const response of waiting) {
      response.end('x');
    }
    await Promise.all(answers);
    await closed;
  });
});
