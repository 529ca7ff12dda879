import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FormatError } from '../errors.ts';
import { diagnoseJson } from './diagnose.ts';
import { readJson } from './read.ts';
import { writeJson } from './write.ts';

const read = (text: string) => readJson(Buffer.from(text));

function fault(bytes: Buffer): string {
  try {
    readJson(bytes);
    return 'accepted';
  } catch (error) {
    if (error instanceof FormatError && error.position.kind === 'column') {
      return `${error.detail} at line ${error.position.line} column ${error.position.column}`;
    }
    return error instanceof FormatError ? error.detail : `unexpected ${String(error)}`;
  }
}

test('any JSON comes out as it went in, in either notation', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(undefined, 1), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      fc.pre(!/__proto__|constructor/.test(text));
      expect(JSON.parse(writeJson(read(text)))).toEqual(JSON.parse(text));
    }),
  );
});

test('integers of 64 bits survive reading and writing', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (integer) => {
      const text = `{"id":${integer},"list":[${integer}]}`;
      expect(writeJson(read(text))).toBe(text);
    }),
  );
});

test.each([
  ['20.0', '20.0'],
  ['-0.0', '-0.0'],
  ['1e21', '1e21'],
  ['2E3', '2000.0'],
  ['20', '20'],
  ['20.5', '20.5'],
  ['18446744073709551616', '1.8446744073709552e19'],
])('the number %s is written as %s: a float stays one', (given, written) => {
  expect(writeJson(read(`[${given}]`))).toBe(`[${written}]`);
});

test.each([
  ['{"query": [1, 2', 'EOF while parsing a list at line 1 column 15'],
  ['hello', 'expected value at line 1 column 1'],
  ['', 'EOF while parsing a value at line 1 column 0'],
  ['{', 'EOF while parsing an object at line 1 column 1'],
  ["{'query': 1}", 'key must be a string at line 1 column 2'],
  ['{"query": [1, 2],}', 'trailing comma at line 1 column 18'],
  ['{"query": [1, 2]} x', 'trailing characters at line 1 column 19'],
  ['{"query": [NaN, 1]}', 'expected value at line 1 column 12'],
  ['\uFEFF{}', 'expected value at line 1 column 1'],
  ['{"points":[{"id":25,"vector":[1,2,3,1e400]}]}', 'number out of range at line 1 column 41'],
  ['{\n "a": tru}', 'expected ident at line 2 column 8'],
  ['"a\nb"', 'control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0'],
  ['{"limit": 1, "limit": 2}', 'duplicate field `limit`'],
  ['{"a": {"__proto__": {}}}', 'keys named __proto__ or constructor.prototype are not accepted'],
])('%j is refused', (text, expected) => {
  expect(fault(Buffer.from(text))).toBe(expected);
});

test('a list may have the same text twice', () => {
  expect(read('["a", "a"]')).toEqual(['a', 'a']);
});

test('text that is not UTF-8 is refused', () => {
  expect(fault(Buffer.from('7b227175657279223a205b312c20325d2c20227573696e67223a2022ff227d', 'hex'))).toBe(
    'invalid unicode code point at line 1 column 30',
  );
});

test('128 levels are too deep and 127 are not', () => {
  const nested = (depth: number) => Buffer.from(`${'{"filter":'.repeat(depth)}1${'}'.repeat(depth)}`);
  expect(fault(nested(127))).toBe('accepted');
  expect(fault(nested(128))).toBe('recursion limit exceeded at line 1 column 1271');
  expect(fault(Buffer.from('['.repeat(100_000)))).toMatch(/recursion limit exceeded/);
});

test('damaged text is read or refused with a format error, and the diagnosis agrees with the parser', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(), fc.integer({ min: 0, max: 255 }), (value, position, byte) => {
      const bytes = Buffer.from(JSON.stringify(value));
      bytes[position % bytes.length] = byte;
      const outcome = fault(bytes);
      expect(outcome).not.toMatch(/unexpected/);
      expect(diagnoseJson(bytes) === undefined).toBe(!/at line/.test(outcome));
    }),
    { numRuns: 2000 },
  );
});

test.each(['a', 'ä', '€', '😀'])('reads a long text of %s whole, wherever its pieces end', (character) => {
  for (const start of ['', 'x', 'xx', 'xxx']) {
    const value = { text: start + character.repeat(600_000) };
    expect(readJson(Buffer.from(JSON.stringify(value)))).toEqual(value);
  }
});
