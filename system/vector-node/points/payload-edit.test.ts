import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withMembers, withoutKeys } from './payload-edit.ts';
import { type Payload, parsePath, valuesAt } from './payload-path.ts';

const payload = { n: 1, deep: { x: 1, y: [1, 2] }, list: [{ a: 1 }, { a: 2 }] };

describe('setting members', () => {
  test.each<[Payload, string | undefined, unknown]>([
    [{ n: 2, m: 3 }, undefined, { ...payload, n: 2, m: 3 }],
    [{ n: null, gone: null }, undefined, { deep: payload.deep, list: payload.list }],
    [{ y: 9 }, 'deep', { ...payload, deep: { x: 1, y: 9 } }],
    [{ z: 1 }, 'fresh.sub', { ...payload, fresh: { sub: { z: 1 } } }],
    [{ z: 1 }, 'n', { ...payload, n: { z: 1 } }],
    [
      { b: 0 },
      'list[]',
      {
        ...payload,
        list: [
          { a: 1, b: 0 },
          { a: 2, b: 0 },
        ],
      },
    ],
    [{ b: 0 }, 'list[1]', { ...payload, list: [{ a: 1 }, { a: 2, b: 0 }] }],
    [{ b: 0 }, 'list[7]', payload],
    [{ b: 0 }, 'n[]', { ...payload, n: [] }],
  ])('%j at %s', (patch, path, expected) => {
    const before = structuredClone(payload);
    expect(withMembers(payload, patch, path === undefined ? undefined : parsePath(path))).toEqual(expected);
    expect(payload).toEqual(before);
  });
});

describe('removing keys', () => {
  test.each<[string, unknown]>([
    ['n', { deep: payload.deep, list: payload.list }],
    ['nope', payload],
    ['deep.x', { ...payload, deep: { y: [1, 2] } }],
    ['deep.y[0]', { ...payload, deep: { x: 1, y: [2] } }],
    ['deep.y[]', { ...payload, deep: { x: 1, y: [] } }],
    ['list[].a', { ...payload, list: [{}, {}] }],
    ['n.x', payload],
  ])('%s', (path, expected) => {
    const before = structuredClone(payload);
    expect(withoutKeys(payload, [parsePath(path)])).toEqual(expected);
    expect(payload).toEqual(before);
  });
});

test('what is set below a path of keys is found there, and removing it brings nothing else with it', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof({ depthSize: 'small' }, fc.integer(), fc.dictionary(key, tie('node'), { maxKeys: 3 })),
  })).node;
  fc.assert(
    fc.property(fc.dictionary(key, tree), fc.array(key, { minLength: 1, maxLength: 4 }), fc.integer(), (given, keys, value) => {
      const path = parsePath(keys.join('.'));
      const set = withMembers(given, { added: value }, path);
      const full = parsePath([...keys, 'added'].join('.'));
      expect(valuesAt(set, full)).toEqual([value]);
      expect(valuesAt(withoutKeys(set, [full]), full)).toEqual([]);
    }),
  );
});
