import { describe, expect, test } from 'vitest';
import { noPayload, readPayloadSelection, selectedPayloadJson } from './payload-selection.ts';
import { comparePointIds, type PointId, readPointId, readPointIdOfPath } from './point-id.ts';

describe('point ids', () => {
  test.each<[unknown, PointId]>([
    [0, 0],
    [9007199254740991, 9007199254740991],
    [18446744073709551615n, 18446744073709551615n],
    ['6BA7B810-9DAD-11D1-80B4-00C04FD430C8', '6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
    ['936DA01F9ABD4d9d80C702AF85C822A8', '936da01f-9abd-4d9d-80c7-02af85c822a8'],
    ['urn:uuid:F9168C5E-CEB2-4faa-B6BF-329BF39FA1E4', 'f9168c5e-ceb2-4faa-b6bf-329bf39fa1e4'],
    ['{67e55044-10b1-426f-9247-bb680e5fe0c8}', '67e55044-10b1-426f-9247-bb680e5fe0c8'],
  ])('%s is read', (given, id) => {
    expect(readPointId(given)).toBe(id);
  });

  test.each([
    [-1, '-1'],
    [1.5, '1.5'],
    [2 ** 64, '18446744073709552000'],
    ['abc', 'abc'],
    ['42', '42'],
    [null, 'Unit'],
    [true, 'true'],
  ])('%s is refused', (given, shown) => {
    expect(() => readPointId(given)).toThrow(
      `value ${shown} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
    );
  });

  test('a path takes a plus sign and leading zeros, and no more than 64 bits', () => {
    expect([readPointIdOfPath('+1'), readPointIdOfPath('001'), readPointIdOfPath('9007199254740993')]).toEqual([1, 1, 9007199254740993n]);
    for (const text of ['-1', '1.5', '18446744073709551616', 'abc', '']) {
      expect(() => readPointIdOfPath(text)).toThrow(`Can not recognize "${text}" as point id`);
    }
  });

  test('integers are ordered by value across the bound of a double, and UUIDs follow them', () => {
    const ordered: PointId[] = [0, 2, 10, 2n ** 60n, 2n ** 60n + 1n, '00000000-0000-0000-0000-000000000000', 'f'.repeat(8)];
    expect(ordered.toReversed().toSorted(comparePointIds)).toEqual(ordered);
  });
});

describe('selections of payloads', () => {
  const payload = {
    city: 'Berlin',
    meta: { lang: 'de', tags: ['x', 'y'] },
    list: [
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ],
    big: 2n ** 63n,
  };
  const selected = (given: unknown) => selectedPayloadJson(readPayloadSelection(given, noPayload), payload, () => '"whole"');

  test.each([
    [undefined, undefined],
    [false, undefined],
    [true, '"whole"'],
    [[], '{}'],
    [['city', 'nope'], '{"city":"Berlin"}'],
    [['meta.lang'], '{"meta":{"lang":"de"}}'],
    [['list[].a'], '{"list":[{"a":1},{"a":3}]}'],
    [['list.a'], '{"list":[]}'],
    [{ include: ['big'] }, '{"big":9223372036854775808}'],
    [{ exclude: ['big', 'meta.tags', 'list[].b'] }, '{"city":"Berlin","meta":{"lang":"de"},"list":[{"a":1},{"a":3}]}'],
  ])('%j', (given, expected) => {
    expect(selected(given)).toBe(expected);
  });

  test.each([['city'], [{ include: ['city'], exclude: ['big'] }], [{ only: ['city'] }], [['a[']], [{}]])('%j is refused', (given) => {
    expect(() => selected(given)).toThrow('Expected a boolean, an array of strings, or an object with an include/exclude field');
  });
});
