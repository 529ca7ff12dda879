import fc, { type Arbitrary } from 'fast-check';
import type { Json } from './values.ts';

/* What is wrong with a request, a little or altogether. */

/** Values that are of the wrong type or at the edge of what a type can hold. */
const nasty: readonly Json[] = [
  null,
  true,
  '',
  'abc',
  '图'.repeat(300),
  -1,
  0,
  1.5,
  1e308,
  2 ** 53,
  4_294_967_296,
  [],
  {},
  [[]],
  [null],
  { '': null },
  { key: {} },
  Array.from({ length: 2000 }, () => 0),
];

type Path = readonly (string | number)[];

function pathsOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) {
    return [path];
  }
  const members = Array.isArray(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value);
  return [path, ...members.flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

/** A copy with the value at a path replaced; undefined takes it away. */
function replaced(value: Json, [key, ...rest]: Path, by: Json | undefined): Json | undefined {
  if (key === undefined) {
    return by;
  }
  if (Array.isArray(value)) {
    const items = value.map((item: Json, index) => (index === key ? replaced(item, rest, by) : item));
    return items.filter((item) => item !== undefined);
  }
  const members = Object.entries(value as { [name: string]: Json }).map(([name, item]) => [
    name,
    name === key ? replaced(item, rest, by) : item,
  ]);
  return Object.fromEntries(members.filter(([, item]) => item !== undefined)) as Json;
}

/** A body with one or two values missing, of another type, out of range, or with a key too many. */
export function slightlyWrong(valid: Arbitrary<Json>): Arbitrary<Json> {
  const change = fc.record({ at: fc.nat(), by: fc.oneof(fc.constantFrom(...nasty, undefined), fc.constant('extra' as const)) });
  return fc.tuple(valid, fc.array(change, { minLength: 1, maxLength: 2 })).map(([body, changes]) => {
    let current: Json = body;
    for (const { at, by } of changes) {
      const paths = pathsOf(current);
      const path = paths[at % paths.length] as Path;
      current = (by === 'extra' ? replaced(current, path, { unexpected: 1 }) : replaced(current, path, by)) ?? null;
    }
    return current;
  });
}

const deep = (open: string, close: string) =>
  fc.constantFrom(10, 200, 5000, 200_000).map((depth) => `${open.repeat(depth)}1${close.repeat(depth)}`);

/** Bodies that are no JSON, JSON of anything, or JSON that is hard on a parser. */
export function veryWrong(valid: Arbitrary<Json>): Arbitrary<Buffer> {
  return fc
    .oneof(
      fc.json({ maxDepth: 4 }),
      fc.tuple(valid, fc.nat()).map(([body, at]) => {
        const text = JSON.stringify(body) ?? '';
        return text.slice(0, at % Math.max(1, text.length));
      }),
      deep('[', ']'),
      deep('{"must":[', ']}'),
      deep('{"a":', '}'),
      deep('{"filter":{"must":{"nested":{"key":"a","filter":', '}}}}'),
      fc.constantFrom(
        '',
        ' ',
        'null',
        '1e999',
        '{"points":[{"id":18446744073709551616,"vector":[1]}]}',
        '{"__proto__":{"a":1}}',
        '{"constructor":{"prototype":{}}}',
        '{"a":1,"a":2}',
        '{"query":"\\ud800"}',
        '[1,2',
        '{"query":[NaN,Infinity]}',
        '\u{feff}{}',
      ),
    )
    .map((text) => Buffer.from(text))
    .chain((bytes) =>
      fc.oneof(
        { weight: 8, arbitrary: fc.constant(bytes) },
        fc.uint8Array({ maxLength: 200 }).map((noise) => Buffer.from(noise)),
        fc
          .uint8Array({ maxLength: 8 })
          .map((noise) => Buffer.concat([bytes.subarray(0, bytes.length >> 1), noise, bytes.subarray(bytes.length >> 1)])),
      ),
    );
}

/** Names of collections and points in a path that are unusual, absent, or no names; already percent-encoded. */
export const unusualName: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'gone',
    '%2E%2E',
    '..%2F..%2Fetc',
    '%00',
    '%zz',
    'a%20b',
    '%E5%9B%BE',
    '*',
    'x'.repeat(256),
    '__proto__',
    'constructor',
    '%FF',
  ),
  fc.string({ maxLength: 20 }).map((text) => encodeURIComponent(text.toWellFormed())),
);
