import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough that the pieces of an answer arrive as separate reads. */
const pieceGapMs = 4;

interface Exchange {
  readonly socket: Socket;
  /** The x-request-id of the request; a well-formed answer has it as its body. */
  readonly id: string;
}

const answer = (body: string, extra = '') =>
  `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n${extra}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

async function write(socket: Socket, ...pieces: (string | Buffer)[]): Promise<void> {
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) {
      await sleep(pieceGapMs);
    }
    if (socket.destroyed) {
      return;
    }
    socket.write(piece);
  }
}

/** The body of `split-utf8`; its two characters of three bytes each are cut between chunks and between writes. */
export const splitText = 'a检索z';

async function splitUtf8({ socket }: Exchange): Promise<void> {
  const bytes = Buffer.from(splitText);
  const chunk = (from: number, to: number) =>
    Buffer.concat([Buffer.from(`${(to - from).toString(16)}\r\n`), bytes.subarray(from, to), Buffer.from('\r\n')]);
  await write(
    socket,
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
    chunk(0, 2),
    chunk(2, 6),
    chunk(6, bytes.length),
    '0\r\n\r\n',
  );
}

/** One misbehaviour (or, for contrast, proper behaviour) per path. */
export const behaviours = {
  ok: ({ socket, id }) => write(socket, answer(id, `x-request-id: ${id}\r\n`)),
  'ok-after-30-ms': async ({ socket, id }) => {
    await sleep(30);
    await write(socket, answer(id));
  },
  'ok-in-pieces': ({ socket, id }) => {
    const text = answer(id);
    return write(socket, text.slice(0, 5), text.slice(5, 40), text.slice(40));
  },
  'ok-then-close': async ({ socket, id }) => {
    await write(socket, answer(id, 'connection: close\r\n'));
    socket.end();
  },
  chunked: async ({ socket, id }) => {
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
    const head = `HTTP/1.1 200 OK\r\nx-request-id: ${id}\r\ntransfer-encoding: chunked\r\n\r\n`;
    await write(socket, head + chunk(id.slice(0, 2)), chunk(id.slice(2)), '0\r\n', '\r\n');
  },
  'slow-headers': ({ socket, id }) => write(socket, ...(answer(id).match(/[\s\S]{1,5}/g) ?? [])),
  'no-content': ({ socket }) => write(socket, 'HTTP/1.1 204 No Content\r\n\r\n'),
  'split-utf8': splitUtf8,
  'close-delimited': async ({ socket, id }) => {
    await write(socket, 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n', id.slice(0, 3), id.slice(3));
    socket.end();
  },
  continue: ({ socket, id }) => write(socket, 'HTTP/1.1 100 Continue\r\n\r\n', answer(id)),
  'continue-in-pieces': ({ socket, id }) =>
    write(socket, 'HTT', 'P/1.1 100 Con', 'tinue\r\n\r', `\n${answer(id).slice(0, 9)}`, answer(id).slice(9)),
  'continue-in-one-piece': ({ socket, id }) => write(socket, `HTTP/1.1 100 Continue\r\n\r\n${answer(id)}`),
  'not-found': ({ socket, id }) => write(socket, `HTTP/1.1 404 Not Found\r\ncontent-length: ${id.length}\r\n\r\n${id}`),
  broken: ({ socket }) => write(socket, `HTTP/1.1 503 Service Unavailable\r\ncontent-length: 5000\r\n\r\n${'x'.repeat(5000)}`),
  redirect: ({ socket }) => write(socket, 'HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n'),
  /** Answers a request whose body it has not read, and reads that later, if at all. */
  early: async ({ socket, id }) => {
    socket.pause();
    await write(socket, `HTTP/1.1 413 Content Too Large\r\nx-request-id: ${id}\r\ncontent-length: ${id.length}\r\n\r\n${id}`);
    await sleep(30);
    socket.resume();
  },
  fin: ({ socket }) => void socket.end(),
  'fin-mid-headers': async ({ socket }) => {
    await write(socket, 'HTTP/1.1 200 OK\r\ncontent-le');
    socket.end();
  },
  'fin-mid-body': async ({ socket }) => {
    await write(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf');
    socket.end();
  },
  'fin-mid-chunk': async ({ socket }) => {
    await write(socket, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nhalf');
    socket.end();
  },
  rst: ({ socket }) => void socket.resetAndDestroy(),
  'rst-mid-body': async ({ socket }) => {
    await write(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf');
    await sleep(pieceGapMs);
    socket.resetAndDestroy();
  },
  garbage: ({ socket }) => write(socket, 'this is not HTTP\r\n\r\n'),
  'foreign-answer': ({ socket }) => write(socket, answer('somebody else', 'x-request-id: another:1\r\n')),
  /** A second answer right behind the first: it must not be taken for the answer to the next request. */
  'two-answers': ({ socket, id }) => write(socket, answer(id) + answer('surplus')),
  'one-and-a-half-answers': ({ socket, id }) => {
    const surplus = answer('surplus');
    return write(socket, answer(id) + surplus.slice(0, 30), surplus.slice(30));
  },
  /** A second answer some time later, when the next request may be under way: only the echoed id can give it away. */
  'late-second-answer': ({ socket, id }) => write(socket, answer(id), answer('surplus', `x-request-id: ${id}\r\n`)),
  /** Ends its side after an answer that said nothing of it: the next request may already be under way. */
  'ok-then-fin': async ({ socket, id }) => {
    await write(socket, answer(id));
    socket.end();
  },
  /** From here on the connection is half open: the peer is gone and nothing says so. */
  'ok-then-deaf': async ({ socket, id }) => {
    await write(socket, answer(id));
    socket.pause();
  },
  hang: () => {},
} satisfies Record<string, (exchange: Exchange) => Promise<void> | void>;

export type Behaviour = keyof typeof behaviours;

export interface MisbehavingServer extends AsyncDisposable {
  readonly port: number;
  /** Requests received by x-request-id: a request that arrived twice was sent twice. */
  readonly received: Map<string, number>;
  readonly connections: number;
}

/** A raw TCP server on 127.0.0.1 that answers a request as its path says, as soon as it has read the headers. */
export async function startMisbehavingServer(port = 0): Promise<MisbehavingServer> {
  const received = new Map<string, number>();
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = net.createServer({ noDelay: true }, (socket) => {
    connections += 1;
    sockets.add(socket);
    let text = '';
    let bodyLeft = 0;
    // A client that resets is part of every test; it is counted on its side.
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      const skipped = Math.min(bodyLeft, bytes.length);
      bodyLeft -= skipped;
      text += bytes.toString('latin1', skipped);
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end);
        text = text.slice(end + 4);
        const behaviour = /^[A-Z]+ \/(\S+) /.exec(head)?.[1] as Behaviour;
        const bodyLength = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
        bodyLeft = Math.max(0, bodyLength - text.length);
        text = text.slice(bodyLength);
        const id = /x-request-id: (\S+)/.exec(head)?.[1] ?? 'none';
        received.set(id, (received.get(id) ?? 0) + 1);
        void behaviours[behaviour]({ socket, id });
      }
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    received,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
}
