import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Logger } from 'pino';
import type { ServerFigures } from './commands/command.ts';
import type { Keyspace } from './keyspace/keyspace.ts';
import { reply } from './resp/reply.ts';
import { RequestReader } from './resp/request-reader.ts';
import { Session } from './session.ts';

export interface CacheServerOptions {
  readonly keyspace: Keyspace;
  /** What clients have to give; undefined lets everybody in. */
  readonly password?: string | undefined;
  /** Redis' `maxclients`. */
  readonly maximumConnections?: number;
  readonly logger: Logger;
}

/** Replies that wait to be sent: beyond this a client is not read from until it has taken them. */
const longestBacklogBytes = 1024 * 1024;
/** Replies of pipelined commands leave together, in pieces of about this size. */
const writeBytes = 64 * 1024;
/** As Redis' `hz 10`: how often keys that have expired are looked for, and for how long at most. */
const sweepEveryMs = 100;
const longestSweepMs = 25;
const keepAliveMs = 300_000;

/** Reads the commands of one client and writes its replies, in order. */
class Connection {
  readonly #socket: Socket;
  readonly #session: Session;
  readonly #reader = new RequestReader();
  readonly #logger: Logger;
  #pending = '';
  #closing = false;

  constructor(socket: Socket, session: Session, logger: Logger) {
    this.#socket = socket;
    this.#session = session;
    this.#logger = logger;
    socket.on('data', (chunk) => {
      this.#reader.push(chunk as Buffer);
      this.#serve();
    });
    socket.on('drain', () => {
      socket.resume();
      this.#serve();
    });
    // A client that goes away in the middle is nothing unusual; `close` follows.
    socket.on('error', (error) => logger.debug({ err: error, client: session.id }, 'a connection broke'));
  }

  /** Answers what has arrived, as far as the client takes the answers. */
  #serve(): void {
    try {
      while (!this.#closing && this.#socket.writableLength < longestBacklogBytes) {
        const read = this.#reader.next(!this.#session.loggedIn);
        if (read === undefined) {
          break;
        }
        if (read.kind === 'error') {
          this.#logger.warn({ client: this.#session.id, reason: read.message }, 'a client does not speak the protocol');
          this.#pending += reply.error(`ERR ${read.message}`);
          this.#closing = true;
          break;
        }
        this.#pending += this.#session.execute(read.arguments);
        this.#closing = this.#session.ended;
        if (this.#pending.length >= writeBytes) {
          this.#write();
        }
      }
      this.#write();
    } catch (error) {
      // A reply longer than the longest string, or a mistake of ours: this client's stream of replies is lost, the others' not.
      this.#logger.error({ err: error, client: this.#session.id }, 'a command could not be answered');
      this.#socket.destroy();
      return;
    }
    if (this.#closing) {
      this.#socket.end();
    } else if (this.#socket.writableLength >= longestBacklogBytes) {
      this.#socket.pause();
    }
  }

  #write(): void {
    if (this.#pending !== '') {
      this.#socket.write(this.#pending, 'latin1');
      this.#pending = '';
    }
  }
}

export interface RunningCacheServer extends ServerFigures {
  /** Stops accepting, ends the connections and the sweep. */
  close(): Promise<void>;
}

/** Serves a keyspace over RESP2 and RESP3. Rejects with the system's error (EADDRINUSE and the like) when it cannot listen. */
export async function serveCache(
  { keyspace, password, maximumConnections = 10_000, logger }: CacheServerOptions,
  host: string,
  port: number,
): Promise<RunningCacheServer> {
  const sockets = new Set<Socket>();
  const counts = { connectionsReceived: 0, rejectedConnections: 0 };
  const server: Server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs }, (socket) => {
    if (sockets.size >= maximumConnections) {
      counts.rejectedConnections += 1;
      socket.on('error', () => undefined);
      socket.end(reply.error('ERR max number of clients reached'));
      return;
    }
    counts.connectionsReceived += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    new Connection(socket, new Session(counts.connectionsReceived, keyspace, figures, password), logger);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 511 }, resolve);
  });
  const sweep = setInterval(() => keyspace.sweep(longestSweepMs), sweepEveryMs);
  const figures: RunningCacheServer = {
    port: (server.address() as AddressInfo).port,
    maximumConnections,
    commandsProcessed: 0,
    get connections() {
      return sockets.size;
    },
    get connectionsReceived() {
      return counts.connectionsReceived;
    },
    get rejectedConnections() {
      return counts.rejectedConnections;
    },
    close: async () => {
      clearInterval(sweep);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) {
        socket.destroy();
      }
      await closed;
    },
  };
  return figures;
}
