import type { Socket } from 'node:net';
import type { AutocannonClient } from './autocannon-client.ts';
import type { EngineListener, HttpEngine } from './http-engine.ts';
import { jobBytes } from './request-wire.ts';
import { ResponseReader } from './response-reader.ts';
import type { OutgoingRequest, PartialAnswer } from './transport.ts';

/** An autocannon client, which holds the socket and parses what arrives on it. */
export class AutocannonEngine implements HttpEngine {
  readonly #client: AutocannonClient;
  readonly #readPauseMs: number | undefined;
  #reader: ResponseReader | undefined;
  #socket: Socket | undefined;
  #asked = false;
  #pause: NodeJS.Timeout | undefined;

  constructor(client: AutocannonClient, readPauseMs?: number) {
    this.#client = client;
    this.#readPauseMs = readPauseMs;
  }

  attach(socket: Socket, listener: EngineListener): void {
    // The first `_connect` is the first moment at which autocannon's own callbacks exist and can be replaced.
    this.#reader ??= new ResponseReader(this.#client.parser);
    const reader = this.#reader;
    reader.reset();
    this.#asked = false;
    this.#socket = socket;
    this.#client.conn = socket;
    socket.on('data', (chunk: Buffer) => {
      if (socket === this.#socket) {
        this.#received(socket, chunk, reader, listener);
      }
    });
    socket.on('end', () => {
      if (socket === this.#socket) {
        this.#ended(reader, listener);
      }
    });
  }

  connected(): void {}

  send({ requestId, wire, remainingMs, sessionId, onPiece }: OutgoingRequest): void {
    this.#asked = true;
    this.#reader?.expect(onPiece);
    this.#socket?.write(jobBytes(wire, requestId, remainingMs, sessionId));
  }

  partial(): PartialAnswer {
    return this.#reader?.partial() ?? {};
  }

  detach(): void {
    clearTimeout(this.#pause);
    this.#socket = undefined;
  }

  close(): void {
    this.#client.destroy();
  }

  #received(socket: Socket, chunk: Buffer, reader: ResponseReader, listener: EngineListener): void {
    const { answer, malformed } = reader.read(chunk);
    if (answer !== undefined && this.#asked) {
      this.#asked = false;
      // An answer that came before the request was written leaves a server that may never read the rest.
      const { status, body, header, keepAlive } = answer;
      listener.onAnswer({ status, body, header, reusable: keepAlive && !malformed && socket.writableLength === 0 });
    } else if (malformed || !this.#asked) {
      listener.onMalformed();
    } else if (this.#readPauseMs !== undefined && reader.streaming) {
      socket.pause();
      this.#pause = setTimeout(() => socket.resume(), this.#readPauseMs);
    }
  }

  #ended(reader: ResponseReader, listener: EngineListener): void {
    const { answer } = reader.end();
    if (answer !== undefined && this.#asked) {
      this.#asked = false;
      listener.onAnswer({ ...answer, reusable: false });
    } else {
      listener.onEnd();
    }
  }
}
