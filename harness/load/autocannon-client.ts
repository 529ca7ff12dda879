import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/**
 * The parts of an autocannon 9.0.0 client that carry our load. They are not its public interface: the version is pinned
 * exactly and a contract test covers each of them.
 */
export interface AutocannonClient extends EventEmitter {
  conn: Socket | undefined;
  readonly parser: ResponseParser;
  destroyed: boolean;
  /** Called by the constructor after the parser callbacks are set, and by nothing else once our connection replaced it. */
  _connect(): void;
  /** Called by autocannon whenever it wants the next request; the schedule decides here instead. */
  _doRequest(): void;
  /** Destroys `conn`, whose listeners for `error` and `end` it removes. */
  _destroyConnection(): void;
  destroy(): void;
}

/** What http-parser-js holds about the response that it is reading. */
interface ResponseInfo {
  readonly headers: string[];
  readonly statusCode?: number;
  readonly shouldKeepAlive?: boolean;
}

type Callback = (...values: never[]) => unknown;

export interface ResponseParser {
  /** `RESPONSE_LINE` between responses. */
  readonly state: string;
  /** The start of a line whose end has not arrived. */
  readonly line: string;
  readonly type: 'RESPONSE';
  readonly info: ResponseInfo;
  /** The number of bytes that were read, or the error that ended reading. */
  execute(chunk: Buffer): number | Error;
  /** The peer ended its side: completes a close-delimited body, or returns an error in the middle of a message. */
  finish(): Error | undefined;
  /** Forgets everything but the callbacks. */
  reinitialize(type: 'RESPONSE'): void;
  [callback: number]: Callback;
}

/** Where http-parser-js keeps its callbacks. */
export interface ParserCallbacks {
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
}

export const callbacksOf = (parser: ResponseParser): ParserCallbacks => parser.constructor as unknown as ParserCallbacks;
