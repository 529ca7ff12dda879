import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReadResult, type RequestLimits, RequestReader } from './request-reader.ts';

const encode = (words: readonly string[]) => `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;

/** Every result that a reader gives when the bytes come in these pieces; nothing is asked of it after an error. */
function readAll(pieces: readonly Uint8Array[], limits?: RequestLimits): ReadResult[] {
  const reader = new RequestReader(limits);
  const results: ReadResult[] = [];
  for (const piece of pieces) {
    reader.push(piece);
    for (let result = reader.next(false); result !== undefined; result = reader.next(false)) {
      results.push(result);
      if (result.kind === 'error') {
        return results;
      }
    }
  }
  return results;
}

/** Cuts bytes at these places, which may be the same or beyond the end. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const inOrder = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return inOrder.slice(1).map((end, index) => bytes.subarray(inOrder[index], end));
}

const word = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const commands = fc.array(fc.array(word, { minLength: 1, maxLength: 6 }), { maxLength: 8 });
const places = fc.array(fc.nat(), { maxLength: 12 });
/** Bytes that look like the protocol more often than chance would have it. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '*',
        '$',
        '\r\n',
        '\r',
        '\n',
        '0',
        '1',
        '3',
        '-',
        '9999999999',
        '*1\r\n',
        '$3\r\nGET\r\n',
        '"',
        "'",
        '\\x4',
        ' ',
        '\0',
      ),
      fc.string({ maxLength: 8 }),
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

describe('RequestReader', () => {
  it('gives back what was sent, in any pieces, byte for byte', () => {
    fc.assert(
      fc.property(commands, places, (sent, where) => {
        const bytes = Buffer.from(sent.map(encode).join(''), 'latin1');
        expect(readAll(cut(bytes, where))).toEqual(sent.map((given) => ({ kind: 'command', arguments: given })));
      }),
      { numRuns: 500 },
    );
  });

  it('takes any bytes, and reads the same in any pieces', () => {
    fc.assert(
      fc.property(hostile, places, (bytes, where) => {
        const whole = readAll([bytes]);
        expect(readAll(cut(bytes, where))).toEqual(whole);
        expect(readAll([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps to its limits, each to the byte', () => {
    const limits = { argumentCount: 3, argumentBytes: 5, commandBytes: 8 };
    const read = (text: string) => readAll([Buffer.from(text, 'latin1')], limits);
    expect(read(encode(['a', 'b', 'c']))).toHaveLength(1);
    expect(read('*4\r\n')).toEqual([{ kind: 'error', message: 'Protocol error: invalid multibulk length' }]);
    expect(read(encode(['12345']))).toHaveLength(1);
    expect(read('*1\r\n$6\r\n')).toEqual([{ kind: 'error', message: 'Protocol error: invalid bulk length' }]);
    expect(read(encode(['12345', '678']))).toHaveLength(1);
    expect(read(encode(['12345', '6789']))).toEqual([{ kind: 'error', message: 'Protocol error: too big command' }]);
  });

  it('reads a large value that comes in small pieces in time that grows with its length', () => {
    const value = 'x'.repeat(8 * 1024 * 1024);
    const bytes = Buffer.from(encode(['SET', 'key', value]), 'latin1');
    const pieces = Array.from({ length: Math.ceil(bytes.length / 1_000) }, (_, index) =>
      bytes.subarray(index * 1_000, (index + 1) * 1_000),
    );
    const [result] = readAll(pieces);
    expect(result?.kind === 'command' && result.arguments[2] === value).toBe(true);
  });
});
