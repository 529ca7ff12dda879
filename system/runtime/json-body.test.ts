import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ApiError } from './api-error.ts';
import { jsonDepth, maximumJsonDepth, parseJson, valid } from './json-body.ts';

const bytes = (text: string) => Buffer.from(text);

function depthOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
}

test('the depth found without parsing is the depth of the value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      expect(jsonDepth(bytes(JSON.stringify(value)))).toBe(depthOf(value));
    }),
  );
});

test('what is not dangerous parses as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      fc.pre(!text.includes('__proto__') && !text.includes('constructor') && depthOf(value) <= maximumJsonDepth);
      expect(parseJson(bytes(text))).toEqual(JSON.parse(text));
    }),
  );
});

describe('is malformed:', () => {
  test.each([
    ['broken', bytes('{"a":}')],
    ['empty', bytes('')],
    ['two values', bytes('{}{}')],
    ['not UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ['deep', bytes('['.repeat(maximumJsonDepth + 1) + ']'.repeat(maximumJsonDepth + 1))],
    ['very deep', bytes('['.repeat(500_000))],
    ['__proto__', bytes('{"a":[{"__proto__":{}}]}')],
    ['__proto__, escaped', bytes('{"\\u005f\\u005fproto\\u005f\\u005f":{}}')],
    ['constructor.prototype', bytes('{"constructor":{"prototype":{"a":1}}}')],
  ])('%s', (_name, body) => {
    expect(() => parseJson(body)).toThrow(expect.objectContaining({ code: 'malformed_json' }));
  });
});

test('valid names every problem at once', () => {
  const schema = z.strictObject({ name: z.string(), count: z.int() });
  try {
    valid(schema, { name: 1, count: 0.5, other: true });
    expect.unreachable();
  } catch (error) {
    expect((error as ApiError).problems?.map(({ path }) => path)).toEqual(['name', 'count', '']);
  }
});
