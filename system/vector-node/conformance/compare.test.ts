import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differences } from './compare.ts';
import { type Json, readRecording } from './recording.ts';

type JsonObject = { readonly [key: string]: Json };

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const samples: Readonly<Record<string, Json>> = {
  number: 1.5,
  integer: 7,
  string: 'text',
  boolean: true,
  array: [],
  object: {},
  null: null,
  any: 1,
};

const matchingTexts: readonly string[] = [
  'snap-1-2-3.snapshot',
  '2026-01-01T00:00:00',
  '0'.repeat(64),
  `Checksum mismatch: expected ${'0'.repeat(64)}, actual ${'0'.repeat(64)}`,
  'Rate limiting exceeded: Read rate limit exceeded',
  'completed',
  '1',
];

/** An answer that a recorded one matches; undefined when a pattern has no text here. */
function instanceOf(expected: Json): Json | bigint | undefined {
  if (Array.isArray(expected)) {
    const items = expected.map((item: Json) => instanceOf(item));
    return items.includes(undefined) ? undefined : (items as Json[]);
  }
  if (!isObject(expected)) {
    return expected;
  }
  if (typeof expected.$volatile === 'string') {
    const { matches } = expected;
    return typeof matches === 'string'
      ? matchingTexts.find((text) => new RegExp(`^(?:${matches})$`).test(text))
      : samples[expected.$volatile];
  }
  if ('$engine' in expected) {
    return expected.$engine;
  }
  if (typeof expected.$u64 === 'string') {
    return BigInt(expected.$u64);
  }
  if (expected.$map !== undefined) {
    return { key: instanceOf(expected.$map) as Json };
  }
  const members = Object.entries(expected).map(([key, value]) => [key, instanceOf(value)] as const);
  return members.some(([, value]) => value === undefined) ? undefined : (Object.fromEntries(members) as Json);
}

const isSpecial = (value: JsonObject) => ['$volatile', '$engine', '$u64', '$map'].some((key) => key in value);

/** Copies of an expected answer with one leaf changed each. What stands for any value, and the information in `$engine`, cannot be wrong. */
function* mutations(expected: Json): Generator<Json> {
  if (Array.isArray(expected)) {
    yield [...(expected as Json[]), 'one more'];
    for (const [index, item] of (expected as Json[]).entries()) {
      for (const changed of mutations(item)) {
        yield (expected as Json[]).with(index, changed);
      }
    }
  } else if (isObject(expected)) {
    if (typeof expected.$volatile === 'string') {
      if (expected.$volatile !== 'any') {
        yield { $volatile: expected.$volatile === 'boolean' ? 'string' : 'boolean' };
      }
    } else if (typeof expected.$u64 === 'string') {
      yield { $u64: (BigInt(expected.$u64) - 1n).toString() };
    } else if ('$engine' in expected) {
      if (expected.$engine !== null) {
        yield { $engine: typeof expected.$engine === 'boolean' ? 'text' : true };
      }
    } else if (!isSpecial(expected)) {
      yield { ...expected, 'one more': 1 };
      for (const [key, value] of Object.entries(expected)) {
        for (const changed of mutations(value)) {
          yield { ...expected, [key]: changed };
        }
      }
    }
  } else if (typeof expected === 'string') {
    yield `${expected}.`;
  } else if (typeof expected === 'number') {
    yield expected + Math.max(2e-5, Math.abs(expected) * 2e-5);
    yield expected === 0 ? 1 : -expected;
  } else if (typeof expected === 'boolean') {
    yield !expected;
  } else {
    yield 0;
  }
}

const recorded = readRecording().suites.flatMap(({ cases }) => cases);
const bodies = recorded.filter(({ response, view }) => response.body !== undefined && view !== 'shape');

test('every recorded answer matches an instance of itself', () => {
  const failing = bodies.filter(({ response, unordered = [] }) => {
    const instance = instanceOf(response.body as Json);
    return instance !== undefined && differences(response.body as Json, instance, { unordered }).length > 0;
  });
  expect(bodies.length).toBeGreaterThan(1000);
  expect(failing.map(({ id }) => id)).toEqual([]);
});

test('changing any one leaf of an expected answer makes the comparison fail', () => {
  let tried = 0;
  fc.assert(
    fc.property(fc.constantFrom(...bodies), fc.nat(), ({ response, unordered = [] }, choice) => {
      const expected = response.body as Json;
      const instance = instanceOf(expected);
      fc.pre(instance !== undefined);
      const changed = [...mutations(expected)];
      fc.pre(changed.length > 0);
      tried += 1;
      expect(differences(changed[choice % changed.length] as Json, instance, { unordered })).not.toEqual([]);
    }),
    { numRuns: 2000 },
  );
  expect(tried).toBeGreaterThan(1500);
});

describe('what stands for more than one value', () => {
  test.each<[string, Json, unknown, boolean]>([
    ['a volatile number', { $volatile: 'number' }, 0.1, true],
    ['a volatile number, as text', { $volatile: 'number' }, '0.1', false],
    ['a volatile integer', { $volatile: 'integer' }, 2n ** 60n, true],
    ['a volatile integer with a fraction', { $volatile: 'integer' }, 0.1, false],
    ['a volatile object that is a list', { $volatile: 'object' }, [], false],
    ['anything', { $volatile: 'any' }, null, true],
    ['anything that is missing', { $volatile: 'any' }, undefined, false],
    ['a pattern for the whole text', { $volatile: 'string', matches: 'a+' }, 'aaa', true],
    ['a pattern for a part', { $volatile: 'string', matches: 'a+' }, 'aab', false],
    ['the type of the engine', { $engine: 4 }, 0, true],
    ['null for the engine', { $engine: 4 }, null, true],
    ['another type', { $engine: 4 }, 'four', false],
    ['something for null of the engine', { $engine: null }, 4, false],
    ['an exact integer', { $u64: '18446744073709551615' }, 2n ** 64n - 1n, true],
    ['its neighbour', { $u64: '18446744073709551615' }, 2n ** 64n - 2n, false],
    ['the nearest double', { $u64: '9007199254740993' }, 9007199254740992, false],
    ['a map', { $map: { count: { $volatile: 'number' } } }, { a: { count: 1 }, b: { count: 2 } }, true],
    ['a map of another shape', { $map: { count: { $volatile: 'number' } } }, { a: { sum: 1 } }, false],
  ])('%s', (_title, expected, actual, isMatch) => {
    expect(differences(expected, actual).length === 0).toBe(isMatch);
  });

  test('scores are equal within 1e-5 relative or absolute, integers exactly', () => {
    expect(differences(0.5, 0.500009)).toEqual([]);
    expect(differences(0.5, 0.50002)).not.toEqual([]);
    expect(differences(100_000.5, 100_001)).toEqual([]);
    expect(differences(100_000, 100_001)).not.toEqual([]);
    expect(differences(1, 0.999999)).toEqual([]);
  });

  test('a set may come in any order, a list may not', () => {
    const expected = { a: [{ id: 1 }, { id: 2 }] };
    const turned = { a: [{ id: 2 }, { id: 1 }] };
    expect(differences(expected, turned, { unordered: ['a'] })).toEqual([]);
    expect(differences(expected, turned)).not.toEqual([]);
    expect(differences(expected, { a: [{ id: 2 }, { id: 2 }] }, { unordered: ['a'] })).not.toEqual([]);
  });

  test('a shape counts types below its path, lets keys be added, and is exact above', () => {
    const expected: Json = { result: { n: { $volatile: 'number' }, list: [{ x: 'a' }], none: [] }, status: 'ok' };
    const options = { shapeBelow: 'result' };
    expect(differences(expected, { result: { n: 2, more: 1, list: [{ x: 'b' }, { x: 'c' }], none: [1] }, status: 'ok' }, options)).toEqual(
      [],
    );
    expect(differences(expected, { result: { n: 2, list: [], none: [] }, status: 'ok' }, options)).toEqual([]);
    expect(differences(expected, { result: { n: 2, list: [{ x: 1 }], none: [] }, status: 'ok' }, options)).not.toEqual([]);
    expect(differences(expected, { result: { list: [], none: [] }, status: 'ok' }, options)).not.toEqual([]);
    expect(differences(expected, { result: { n: 2, list: [], none: [] }, status: 'fine' }, options)).not.toEqual([]);
  });
});
