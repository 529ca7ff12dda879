import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { loopback } from '../loopback.ts';

export interface DelayedRelay extends AsyncDisposable {
  readonly port: number;
}

/** Passes bytes on after a delay, in their order, and tells the sender to wait while too much is under way. */
function passOn(from: Socket, to: Socket, delayMs: number): void {
  const after = (act: () => void) => setTimeout(act, delayMs);
  from.on('data', (bytes) => {
    after(() => {
      if (to.writable && !to.write(bytes)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
  });
  from.on('end', () => after(() => to.end()));
  from.on('error', () => to.destroy());
  from.on('close', () => after(() => to.destroy()));
}

/**
 * A TCP relay on a free port of 127.0.0.1 that keeps what passes for half of `roundTripMs` in each direction: the network between
 * two machines, without its losses and its limits of bandwidth. Timers of one length fire in the order in which they were
 * set, so the bytes of a connection stay in order. Rejects when it cannot listen.
 */
export async function startDelayedRelay(targetPort: number, roundTripMs: number): Promise<DelayedRelay> {
  const open = new Set<Socket>();
  const delayMs = roundTripMs / 2;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: loopback, port: targetPort, noDelay: true, allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    }
    passOn(client, upstream, delayMs);
    passOn(upstream, client, delayMs);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: loopback, port: 0 }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of open) {
        socket.destroy();
      }
      await closed;
    },
  };
}
