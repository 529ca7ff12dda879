import { callbacksOf, type ResponseParser } from './autocannon-client.ts';
import { type Answer, isEventStream } from './http-engine.ts';

/** A whole final response. */
type ReadAnswer = Omit<Answer, 'reusable'> & { readonly keepAlive: boolean };

/** What one piece of the stream brought. */
export interface Reading {
  /** Present when a final response ended in this piece. */
  readonly answer?: ReadAnswer;
  /** The stream holds something that cannot belong to one well-formed response: it cannot be used any further. */
  readonly malformed: boolean;
}

function headerIn(headers: readonly string[], name: string): string | undefined {
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() === name) {
      return headers[index + 1];
    }
  }
  return undefined;
}

/**
 * Reads the responses of one connection through autocannon's parser. Interim responses (1xx) are skipped, body pieces are
 * kept as bytes and joined once, so that a character split between them survives, and bytes after the end of a response
 * are reported, so that they can never become the answer to the next request.
 */
export class ResponseReader {
  readonly #parser: ResponseParser;
  #interim = false;
  #status: number | undefined;
  #headers: readonly string[] = [];
  #keepAlive = false;
  #pieces: Buffer[] = [];
  #onPiece: ((piece: Buffer) => void) | undefined;
  #streamed = false;
  #answers: ReadAnswer[] = [];

  /** Replaces the callbacks that autocannon set; must run after they were set. */
  constructor(parser: ResponseParser) {
    this.#parser = parser;
    const { kOnHeadersComplete, kOnBody, kOnMessageComplete } = callbacksOf(parser);
    parser[kOnHeadersComplete] = () => this.#headersComplete();
    parser[kOnBody] = (piece: Buffer, start: number, length: number) => {
      const bytes = piece.subarray(start, start + length);
      if (this.#streamed) {
        this.#onPiece?.(bytes);
      } else {
        this.#pieces.push(bytes);
      }
    };
    parser[kOnMessageComplete] = () => this.#messageComplete();
  }

  /** True in the middle of a body that is handed on. */
  get streaming(): boolean {
    return this.#streamed;
  }

  /** Forgets a response in progress: for a new connection. The parser's own state would survive a reconnect. */
  reset(): void {
    this.#parser.reinitialize(this.#parser.type);
    this.#forget();
    this.#answers = [];
  }

  /** Before each request: who takes the pieces of its answer, should that be a stream. */
  expect(onPiece: ((piece: Buffer) => void) | undefined): void {
    this.#onPiece = onPiece;
  }

  read(chunk: Buffer): Reading {
    const consumed = this.#parser.execute(chunk);
    return this.#reading(typeof consumed !== 'number' || consumed !== chunk.length);
  }

  /** The peer ended its side, which completes a body that has no other end. */
  end(): Reading {
    return this.#reading(this.#parser.finish() !== undefined);
  }

  /** What is known of a response that is not complete. */
  partial(): { status?: number; body?: Buffer } {
    return this.#status === undefined ? {} : { status: this.#status, body: Buffer.concat(this.#pieces) };
  }

  #reading(broken: boolean): Reading {
    const [answer, surplus] = [this.#answers[0], this.#answers[1]];
    if (answer === undefined) {
      return { malformed: broken };
    }
    this.#answers = [];
    const begun = this.#parser.state !== 'RESPONSE_LINE' || this.#parser.line !== '';
    return { answer, malformed: broken || surplus !== undefined || begun };
  }

  #headersComplete(): void {
    const { statusCode = 0, headers, shouldKeepAlive = false } = this.#parser.info;
    this.#interim = statusCode < 200;
    if (!this.#interim) {
      this.#status = statusCode;
      this.#headers = headers;
      this.#keepAlive = shouldKeepAlive;
      this.#streamed = this.#onPiece !== undefined && isEventStream(statusCode, headerIn(headers, 'content-type'));
    }
  }

  #messageComplete(): void {
    if (this.#interim) {
      this.#interim = false;
      return;
    }
    const headers = this.#headers;
    this.#answers.push({
      status: this.#status ?? 0,
      body: this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces),
      keepAlive: this.#keepAlive,
      header: (name) => headerIn(headers, name),
    });
    this.#forget();
  }

  #forget(): void {
    this.#interim = false;
    this.#status = undefined;
    this.#headers = [];
    this.#keepAlive = false;
    this.#pieces = [];
    this.#streamed = false;
  }
}
