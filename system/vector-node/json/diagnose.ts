import { isUtf8 } from 'node:buffer';
import { endOfNumber, endOfString, maximumDepth } from './scan.ts';

/** A fault in JSON text, in the words and with the position of the Rust engine's reader. */
export interface SyntaxFault {
  readonly message: string;
  /** Bytes from the start of the text that its column counts. */
  readonly offset: number;
}

class Fault extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const numberPattern = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const escapes = new Set('"\\/bfnrtu');

/** Reads strictly and keeps nothing; it runs only on text that is already known to be refused. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  #depth = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  document(): void {
    this.#value('EOF while parsing a value');
    if (this.#peek() !== undefined) {
      throw new Fault('trailing characters', this.#at + 1);
    }
  }

  #peek(): string | undefined {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
        this.#at += 1;
        continue;
      }
      return byte === undefined ? undefined : String.fromCharCode(byte);
    }
  }

  #value(atEnd: string): void {
    const next = this.#peek();
    if (next === undefined) {
      throw new Fault(atEnd, this.#bytes.length);
    }
    if (next === '{' || next === '[') {
      this.#depth += 1;
      if (this.#depth > maximumDepth) {
        throw new Fault('recursion limit exceeded', this.#at + 1);
      }
      this.#at += 1;
      if (next === '{') {
        this.#object();
      } else {
        this.#list();
      }
      this.#depth -= 1;
    } else if (next === '"') {
      this.#string();
    } else if (next === '-' || (next >= '0' && next <= '9')) {
      this.#number();
    } else {
      this.#word();
    }
  }

  #object(): void {
    const atEnd = 'EOF while parsing an object';
    if (this.#peek() === '}') {
      this.#at += 1;
      return;
    }
    for (;;) {
      const key = this.#peek();
      if (key === undefined) {
        throw new Fault(atEnd, this.#bytes.length);
      }
      if (key !== '"') {
        throw new Fault(key === '}' ? 'trailing comma' : 'key must be a string', this.#at + 1);
      }
      this.#string();
      this.#expect(':', atEnd, 'expected `:`');
      this.#value('EOF while parsing a value');
      if (this.#separator('}', atEnd, 'expected `,` or `}`')) {
        return;
      }
    }
  }

  #list(): void {
    const atEnd = 'EOF while parsing a list';
    if (this.#peek() === ']') {
      this.#at += 1;
      return;
    }
    for (;;) {
      if (this.#peek() === ']') {
        throw new Fault('trailing comma', this.#at + 1);
      }
      this.#value(atEnd);
      if (this.#separator(']', atEnd, 'expected `,` or `]`')) {
        return;
      }
    }
  }

  /** Takes `,` (false) or the closing sign (true). */
  #separator(close: string, atEnd: string, expected: string): boolean {
    const next = this.#peek();
    if (next === close) {
      this.#at += 1;
      return true;
    }
    this.#expect(',', atEnd, expected);
    return false;
  }

  #expect(sign: string, atEnd: string, expected: string): void {
    const next = this.#peek();
    if (next === undefined) {
      throw new Fault(atEnd, this.#bytes.length);
    }
    if (next !== sign) {
      throw new Fault(expected, this.#at + 1);
    }
    this.#at += 1;
  }

  #string(): void {
    const end = endOfString(this.#bytes, this.#at);
    for (let index = this.#at + 1; index < Math.min(end, this.#bytes.length); index += 1) {
      const byte = this.#bytes[index] as number;
      if (byte < 0x20) {
        throw new Fault('control character (\\u0000-\\u001F) found while parsing a string', index + 1);
      }
      if (byte === 0x5c) {
        index += 1;
        if (!escapes.has(String.fromCharCode(this.#bytes[index] ?? 0))) {
          throw new Fault(
            index >= this.#bytes.length ? 'EOF while parsing a string' : 'invalid escape',
            Math.min(index + 1, this.#bytes.length),
          );
        }
      }
    }
    if (end >= this.#bytes.length) {
      throw new Fault('EOF while parsing a string', this.#bytes.length);
    }
    if (!isUtf8(this.#bytes.subarray(this.#at, end))) {
      throw new Fault('invalid unicode code point', end + 1);
    }
    this.#at = end + 1;
  }

  #number(): void {
    const end = endOfNumber(this.#bytes, this.#at);
    const text = this.#bytes.toString('latin1', this.#at, end);
    if (!numberPattern.test(text)) {
      throw new Fault('invalid number', end);
    }
    if (!Number.isFinite(Number(text))) {
      throw new Fault('number out of range', end);
    }
    this.#at = end;
  }

  #word(): void {
    for (const word of ['true', 'false', 'null']) {
      if (this.#bytes.toString('latin1', this.#at, this.#at + word.length) === word) {
        this.#at += word.length;
        return;
      }
    }
    const first = String.fromCharCode(this.#bytes[this.#at] ?? 0);
    throw 'tfn'.includes(first) ? new Fault('expected ident', this.#at + 2) : new Fault('expected value', this.#at + 1);
  }
}

/** The first fault of JSON text, or undefined when it is well-formed. */
export function diagnoseJson(bytes: Buffer): SyntaxFault | undefined {
  try {
    new Reader(bytes).document();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) {
      return { message: error.message, offset: error.offset };
    }
    throw error;
  }
}
