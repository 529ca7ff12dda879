import { ByteQueue } from './byte-queue.ts';
import { readInteger } from './integer.ts';
import { splitArguments } from './split-arguments.ts';

/** What one request may be; larger ones end the connection. */
export interface RequestLimits {
  /** Arguments of one command. */
  readonly argumentCount: number;
  readonly argumentBytes: number;
  /** All arguments of one command together. */
  readonly commandBytes: number;
}

/**
 * Redis takes 2³¹ − 1 arguments of 512 MiB (`proto-max-bulk-len`) and closes a connection whose query buffer passes 1 GiB; here
 * a string has at most 2²⁹ − 25 characters, and a cache holds answers.
 */
export const defaultLimits: RequestLimits = {
  argumentCount: 1024 * 1024,
  argumentBytes: 64 * 1024 * 1024,
  commandBytes: 128 * 1024 * 1024,
};

/** Redis' own limits on who has not logged in yet. */
const strangerLimits = { argumentCount: 10, argumentBytes: 16 * 1024 };
/** Redis' `PROTO_INLINE_MAX_SIZE`: a line without an end is given up here. */
const longestLine = 64 * 1024;

const star = 0x2a;
const dollar = 0x24;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

export type ReadResult =
  | { readonly kind: 'command'; readonly arguments: readonly string[] }
  /** What came is not the protocol; nothing after it can be understood. */
  | { readonly kind: 'error'; readonly message: string };

const error = (message: string): ReadResult => ({ kind: 'error', message: `Protocol error: ${message}` });

/**
 * Takes commands out of a stream of bytes: arrays of bulk strings, and inline commands of one line. Behaves as Redis 7 does on
 * every malformed input (`networking.c`, `processMultibulkBuffer` and `processInlineBuffer`), which includes that the two bytes
 * behind a bulk string are not looked at. Texts have one character per byte.
 */
export class RequestReader {
  readonly #queue = new ByteQueue();
  readonly #limits: RequestLimits;
  /** Of the array that is being read. */
  #arguments: string[] | undefined;
  #missing = 0;
  #commandBytes = 0;
  /** Of the bulk string that is being read. */
  #bulkLength: number | undefined;

  constructor(limits: RequestLimits = defaultLimits) {
    this.#limits = limits;
  }

  push(chunk: Uint8Array): void {
    this.#queue.append(chunk);
  }

  /** The next command, or why there is none; undefined when more bytes are needed. An error is final. */
  next(stranger: boolean): ReadResult | undefined {
    while (this.#queue.length > 0) {
      const result = this.#arguments === undefined ? this.#begin(stranger) : this.#continue(this.#arguments, stranger);
      if (result !== 'go on') {
        return result;
      }
    }
    return undefined;
  }

  /** Reads an inline command, or how many arguments an array has. */
  #begin(stranger: boolean): ReadResult | undefined | 'go on' {
    if (this.#queue.at(0) !== star) {
      return this.#inline();
    }
    const line = this.#line();
    if (line === undefined) {
      return this.#queue.length > longestLine ? error('too big mbulk count string') : undefined;
    }
    const count = readInteger(line.slice(1));
    if (count === undefined || count > this.#limits.argumentCount) {
      return error('invalid multibulk length');
    }
    if (stranger && count > strangerLimits.argumentCount) {
      return error('unauthenticated multibulk length');
    }
    if (count > 0) {
      this.#arguments = [];
      this.#missing = Number(count);
      this.#commandBytes = 0;
    }
    return 'go on';
  }

  /** Reads the next bulk string of an array. */
  #continue(given: string[], stranger: boolean): ReadResult | undefined | 'go on' {
    if (this.#bulkLength === undefined) {
      const trouble = this.#bulkHeader(stranger);
      if (trouble !== 'go on') {
        return trouble;
      }
    }
    const length = this.#bulkLength as number;
    if (this.#queue.length < length + 2) {
      return undefined;
    }
    given.push(this.#queue.take(length));
    this.#queue.skip(2);
    this.#bulkLength = undefined;
    this.#missing -= 1;
    if (this.#missing > 0) {
      return 'go on';
    }
    this.#arguments = undefined;
    return { kind: 'command', arguments: given };
  }

  #bulkHeader(stranger: boolean): ReadResult | undefined | 'go on' {
    const first = this.#queue.at(0);
    const line = this.#line();
    if (line === undefined) {
      return this.#queue.length > longestLine ? error('too big bulk count string') : undefined;
    }
    if (first !== dollar) {
      return error(`expected '$', got '${line.charAt(0) || '\r'}'`);
    }
    const length = readInteger(line.slice(1));
    if (length === undefined || length < 0 || length > this.#limits.argumentBytes) {
      return error('invalid bulk length');
    }
    if (stranger && length > strangerLimits.argumentBytes) {
      return error('unauthenticated bulk length');
    }
    this.#commandBytes += Number(length);
    if (this.#commandBytes > this.#limits.commandBytes) {
      return error('too big command');
    }
    this.#bulkLength = Number(length);
    return 'go on';
  }

  #inline(): ReadResult | undefined | 'go on' {
    const end = this.#find(lineFeed);
    if (end < 0) {
      return this.#queue.length > longestLine ? error('too big inline request') : undefined;
    }
    const line = this.#queue.take(end + 1).slice(0, -1);
    const given = splitArguments(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (given === undefined) {
      return error('unbalanced quotes in request');
    }
    return given.length === 0 ? 'go on' : { kind: 'command', arguments: given };
  }

  /** Where a byte is, or -1. As in C a NUL ends what is searched. */
  #find(byte: number): number {
    const position = this.#queue.indexOf(byte);
    const nul = position > 0 ? this.#queue.indexOf(0) : -1;
    return nul >= 0 && nul < position ? -1 : position;
  }

  /** Up to a carriage return and one byte behind it, whatever that is. */
  #line(): string | undefined {
    const end = this.#find(carriageReturn);
    if (end < 0 || this.#queue.length < end + 2) {
      return undefined;
    }
    const line = this.#queue.take(end);
    this.#queue.skip(2);
    return line;
  }
}
