import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import { headers } from '../../system/api/headers.ts';
import { type EngineListener, type HttpEngine, isEventStream } from './http-engine.ts';
import { InterimFilter } from './interim-filter.ts';
import { jobBody } from './request-wire.ts';
import type { OutgoingRequest, PartialAnswer } from './transport.ts';

/** Longer than any step and still what a timer can hold: undici's own clocks must never end a connection. */
const neverMs = 1_000_000_000;

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** What arrives in answer to one request. */
class Exchange {
  readonly onPiece: OutgoingRequest['onPiece'];
  readonly pieces: Buffer[] = [];
  status: number | undefined;
  headers: Headers = {};
  streamed = false;

  constructor(onPiece: OutgoingRequest['onPiece']) {
    this.onPiece = onPiece;
  }

  get body(): Buffer {
    return this.pieces.length === 1 ? (this.pieces[0] as Buffer) : Buffer.concat(this.pieces);
  }
}

/** An undici client for each socket, which it is handed as if it had opened it. */
export class UndiciEngine implements HttpEngine {
  readonly #origin: string;
  readonly #readPauseMs: number | undefined;
  readonly #interim = new InterimFilter();
  #listener: EngineListener | undefined;
  #socket: Socket | undefined;
  #client: Client | undefined;
  /** undici reads the socket from its first request on; until then it is watched here. */
  #watch: (() => void) | undefined;
  #exchange: Exchange | undefined;
  #pause: NodeJS.Timeout | undefined;

  constructor(origin: string, readPauseMs?: number) {
    this.#origin = origin;
    this.#readPauseMs = readPauseMs;
  }

  attach(socket: Socket, listener: EngineListener): void {
    this.#socket = socket;
    this.#listener = listener;
    this.#exchange = undefined;
    let ended = false;
    socket.on('end', () => {
      ended = true;
    });
    socket.on('error', ({ name, code = '' }: NodeJS.ErrnoException) => {
      // undici tells by destroying the socket that it cannot read on; errors of the system are for the connection.
      if (socket !== this.#socket || (name !== 'HTTPParserError' && !code.startsWith('UND_ERR_'))) {
        return;
      }
      if (ended) {
        listener.onEnd();
      } else {
        listener.onMalformed();
      }
    });
  }

  connected(socket: Socket): void {
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => {
      for (let chunk: Buffer | null = read(size); chunk !== null; chunk = read(size)) {
        const rest = this.#interim.strip(chunk);
        if (rest.length > 0) {
          return rest;
        }
      }
      return null;
    };
    let unused = true;
    this.#client = new Client(this.#origin, {
      // A lost socket is for the connection to replace: undici is given one and no second.
      connect: (_options, callback) => {
        if (unused) {
          unused = false;
          // At once would be within undici's own turn, which then forgets the request that it wanted the socket for.
          queueMicrotask(() => callback(null, socket));
        } else {
          callback(new Error('the connection was lost'), null);
        }
      },
      allowH2: false,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: neverMs,
      keepAliveMaxTimeout: neverMs,
      keepAliveTimeoutThreshold: -neverMs,
    });
    this.#watch = () => {
      if (socket === this.#socket) {
        this.#listener?.onMalformed();
      }
    };
    socket.once('readable', this.#watch);
  }

  send({ requestId, wire, remainingMs, sessionId, onPiece }: OutgoingRequest): void {
    const socket = this.#socket as Socket;
    if (this.#watch !== undefined) {
      socket.off('readable', this.#watch);
      this.#watch = undefined;
    }
    const exchange = new Exchange(onPiece);
    this.#exchange = exchange;
    this.#interim.expectAnswer();
    const { method, path } = wire;
    const own = [...wire.headers, headers.requestId, requestId, headers.deadlineMs, String(remainingMs)];
    const body = jobBody(wire, sessionId);
    this.#client?.dispatch({ method, path, headers: own, body: body.length > 0 ? body : null }, this.#handlerOf(exchange, socket));
  }

  partial(): PartialAnswer {
    const { status, body } = this.#exchange ?? {};
    return status === undefined || body === undefined ? {} : { status, body };
  }

  detach(): void {
    clearTimeout(this.#pause);
    this.#socket = undefined;
    this.#client = undefined;
    this.#exchange = undefined;
  }

  close(): void {}

  #handlerOf(exchange: Exchange, socket: Socket): Dispatcher.DispatchHandler {
    return {
      onRequestStart: () => {},
      onResponseStart: (_controller, status, received) => {
        if (status >= 200) {
          exchange.status = status;
          exchange.headers = received;
          exchange.streamed = exchange.onPiece !== undefined && isEventStream(status, String(received['content-type'] ?? ''));
        }
      },
      onResponseData: (controller, piece) => {
        if (!exchange.streamed) {
          exchange.pieces.push(piece);
        } else if (exchange === this.#exchange) {
          exchange.onPiece?.(piece);
          this.#pauseReading(controller);
        }
      },
      // undici is still reading: only afterwards is it known whether more came than the answer, and may another request be sent.
      onResponseEnd: () => process.nextTick(() => this.#ended(exchange, socket)),
      // A loss was told by the socket before; what is left is a request that undici refused to send.
      onResponseError: () =>
        process.nextTick(() => {
          if (exchange === this.#exchange) {
            this.#listener?.onMalformed();
          }
        }),
    };
  }

  #pauseReading(controller: Dispatcher.DispatchController): void {
    if (this.#readPauseMs !== undefined) {
      controller.pause();
      this.#pause = setTimeout(() => controller.resume(), this.#readPauseMs);
    }
  }

  #ended(exchange: Exchange, socket: Socket): void {
    if (exchange !== this.#exchange) {
      return;
    }
    clearTimeout(this.#pause);
    this.#exchange = undefined;
    this.#listener?.onAnswer({
      status: exchange.status ?? 0,
      body: exchange.body,
      // undici has closed a connection that may not be used again. A request that is not yet written may never be read.
      reusable: !socket.destroyed && socket.writableLength === 0,
      header: (name) => exchange.headers[name]?.toString(),
    });
  }
}
