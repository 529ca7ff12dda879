import type { Server } from 'node:http';
import { type AddressInfo, createServer, type ListenOptions, type Server as NetServer } from 'node:net';

/**
 * Listening sockets of one server. Of each, Node's event loop takes one new connection per turn, and a turn of a busy server lasts as
 * long as all requests that are ready by then: behind one socket, the twentieth of twenty connections that a pool opens at once waits twenty
 * turns, seconds in which requests that came later are answered on older connections. The kernel spreads connections over the sockets.
 */
const doors = 16;
const backlog = 1024;
/** Elsewhere several sockets cannot listen on one port, or do not share what comes. */
const canShare = process.platform === 'linux';

interface Address {
  readonly host: string;
  readonly port: number;
}

async function open(server: NetServer, options: ListenOptions): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ backlog, ...options }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

const closed = (server: NetServer) => new Promise<void>((resolve) => server.close(() => resolve()));

/** A port that is shared could be one that somebody else listens on and shares as well; that has to be an error, as without sharing. */
async function refuseTaken(address: Address): Promise<void> {
  const probe = createServer();
  await open(probe, address);
  await closed(probe);
}

/**
 * Lets a server listen, and gives its port and what closes every socket once its connections have ended. Rejects with the system's error
 * (EADDRINUSE and the like) when it cannot.
 */
export async function listenAtDoors(server: Server, address: Address): Promise<{ port: number; close: () => Promise<void> }> {
  if (!canShare) {
    return { port: await open(server, address), close: () => closed(server) };
  }
  if (address.port !== 0) {
    await refuseTaken(address);
  }
  const port = await open(server, { ...address, reusePort: true });
  const others: NetServer[] = [];
  const close = async () => {
    await Promise.all([server, ...others].map(closed));
  };
  try {
    while (others.length < doors - 1) {
      const other = createServer({ noDelay: true }, (socket) => server.emit('connection', socket));
      others.push(other);
      await open(other, { host: address.host, port, reusePort: true });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { port, close };
}
