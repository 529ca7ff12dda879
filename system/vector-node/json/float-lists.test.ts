import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readUpsert } from '../wire/points-request.ts';
import { readQuery } from '../wire/query-request.ts';
import { readJsonWithFloats } from './float-lists.ts';
import { readJson } from './read.ts';

const digits = (least: number, most: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: least, maxLength: most });

/** Numbers as any client may write them, and the midpoints between 32-bit floats, where rounding twice goes wrong. */
const numbers = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -10, max: 10 }).map(String),
  fc.tuple(fc.constantFrom('', '-'), fc.nat(999), digits(1, 40)).map(([sign, whole, fraction]) => `${sign}${whole}.${fraction}`),
  fc
    .tuple(fc.constantFrom('', '-'), fc.nat(99), digits(1, 5), fc.integer({ min: -60, max: 60 }))
    .map(([sign, a, b, e]) => `${sign}${a}.${b}e${e}`),
  fc.float({ noNaN: true, min: Math.fround(0.001), max: 1000 }).chain((value) => {
    const bits = new Uint32Array(Float32Array.of(value).buffer);
    const next = new Float32Array(Uint32Array.of((bits[0] as number) + 1).buffer)[0] as number;
    const middle = (value + next) / 2;
    return fc.constantFrom(String(middle), `${middle}0000000001`, middle.toFixed(30));
  }),
  fc.constantFrom('0', '-0', '-0.0', '1.0', '123456789012345678', '0.1e1', '1e-50', '3.4028236e38', '1e30'),
);
const lists = fc.array(numbers, { minLength: 1, maxLength: 40 });
const spaces = fc.constantFrom('', '', ' ', '\n\t');

function listText(list: readonly string[], space: string): string {
  return `[${list.map((number) => `${space}${number}${space}`).join(',')}]`;
}

/** What a reader makes of a body, or the error that it throws. */
function outcome(read: () => unknown): unknown {
  try {
    return { value: read() };
  } catch (error) {
    return { error };
  }
}

describe('vectors cut out of a body are those of the ordinary way, to the bit', () => {
  test('in searches', () => {
    fc.assert(
      fc.property(lists, spaces, fc.boolean(), (list, space, isNested) => {
        const query = isNested ? `{"nearest":${listText(list, space)}}` : listText(list, space);
        const text = `{"limit":3,${space}"query":${space}${query},"prefetch":[{"query":${listText(list, '')},"using":"a"}],"with_payload":true}`;
        const bytes = Buffer.from(text);
        const fast = readJsonWithFloats(bytes);
        expect(fast !== undefined).toBe(list.length >= 16);
        if (fast !== undefined) {
          expect(readQuery(fast)).toEqual(readQuery(readJson(bytes)));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('in upserts, whose payloads stay as they are', () => {
    fc.assert(
      fc.property(fc.array(lists, { minLength: 1, maxLength: 5 }), lists, fc.string(), (vectors, payloadList, key) => {
        const points = vectors.map((list, id) => {
          const vector =
            id % 2 === 0 ? listText(list, '') : `{"dense":${listText(list, ' ')},"words":{"indices":[1,2],"values":[0.5,1.0]}}`;
          return `{"id":${id},"payload":{"vector":${listText(payloadList, '')},${JSON.stringify(key)}:"\\"x]"},"vector":${vector}}`;
        });
        const bytes = Buffer.from(`{"points":[${points.join(',')}]}`);
        const fast = outcome(() => readUpsert(readJsonWithFloats(bytes) ?? readJson(bytes)));
        expect(fast).toEqual(outcome(() => readUpsert(readJson(bytes))));
      }),
      { numRuns: 300 },
    );
  });
});

test('what is unusual is left to the ordinary way', () => {
  const list = Array.from({ length: 20 }, (_, index) => index + 0.5).join(',');
  const unusual = [
    `{"query":[${list},]}`,
    `{"query":[${list},01]}`,
    `{"query":[${list},1.]}`,
    `{"query":[${list},.5]}`,
    `{"query":[${list},+1]}`,
    `{"query":[${list},1e]}`,
    `{"query":[${list},1e999]}`,
    `{"query":[${list},null]}`,
    `{"query":[${list},"1"]}`,
    `{"query":[${list}`,
    `{"query":[${list}],"query":0}`,
    `{"que\\u0072y":[${list}]}`,
    `{"filter":{"query":[${list}]}}`,
    `{"payload":{"vector":[${list}]}}`,
    `{"vectors":[[${list}]]}`,
    `[${list}]`,
    `{"query":[${list}],"x":"`,
  ];
  for (const text of unusual) {
    const result = outcome(() => readJsonWithFloats(Buffer.from(text))) as { value?: unknown; error?: unknown };
    expect(result.value, text).toBeUndefined();
  }
});

test('any bytes at all are read alike or not at all', () => {
  const list = Array.from({ length: 17 }, (_, index) => index / 3).join(',');
  fc.assert(
    fc.property(fc.nat(), fc.string({ maxLength: 3 }), fc.nat(4), (at, inserted, removed) => {
      const text = `{"query":[${list}],"limit":7,"params":{"hnsw_ef":12},"using":"name \\" ]"}`;
      const position = at % text.length;
      const bytes = Buffer.from(text.slice(0, position) + inserted + text.slice(position + removed));
      const fast = outcome(() => {
        const body = readJsonWithFloats(bytes);
        return body === undefined ? undefined : readQuery(body);
      }) as { value?: unknown };
      if (fast.value !== undefined) {
        expect(fast.value).toEqual(readQuery(readJson(bytes)));
      }
    }),
    { numRuns: 2000 },
  );
});
