import { describe, expect, test } from 'vitest';
import type { Payload } from '../points/payload-path.ts';
import type { PointSource } from './matcher.ts';
import { compileFilter } from './matcher.ts';
import { readFilter } from './read-filter.ts';

const source: PointSource = {
  idOf: (row) => row,
  hasVector: () => true,
  indexedRows: () => undefined,
  isTextIndexed: ({ text }) => text === 'words',
};

const payloads: Record<number, Payload> = {
  1: {
    city: 'Berlin',
    price: 10,
    active: true,
    tags: ['a', 'b'],
    when: '2024-01-01T00:00:00Z',
    meta: { lang: 'de' },
    title: 'Hello vector world',
  },
  2: { city: 'London', price: 20, active: false, tags: ['b'], when: '2024-03-01T12:00:00Z', meta: { lang: 'en' }, title: 'vector search' },
  3: { city: ['Berlin', 'Paris'], price: [5, 15, 25], tags: [], when: '2024-06-15T12:30:00+02:00' },
  4: { city: null, price: null, tags: null },
  5: {},
  6: {
    city: 'berlin',
    price: 10.5,
    tags: [null],
    parts: [
      { k: 'x', v: 1 },
      { k: 'y', v: 2 },
    ],
  },
  7: {
    price: '10',
    parts: [
      { k: 'x', v: 2 },
      { k: 'y', v: 1 },
    ],
    deep: [[1, 2], [3]],
    'a.b': 1,
    a: { b: 2 },
    words: 'Green trees, tall',
  },
};

function matching(filter: unknown): number[] {
  const read = readFilter(filter, { name: 'filter', allowsEmptyField: true });
  const matches = read === undefined ? () => true : compileFilter(read, source);
  return Object.entries(payloads)
    .map(([id, payload]) => ({ id: Number(id), payload }))
    .filter(({ id, payload }) => matches(payload, id))
    .map(({ id }) => id);
}
const must = (...conditions: unknown[]) => matching({ must: conditions });

describe('conditions on a key', () => {
  test.each([
    ['a value, also of a list', { key: 'city', match: { value: 'Berlin' } }, [1, 3]],
    ['a number is not its text', { key: 'price', match: { value: '10' } }, [7]],
    ['a boolean', { key: 'active', match: { value: false } }, [2]],
    ['any of some', { key: 'city', match: { any: ['Berlin', 'London'] } }, [1, 2, 3]],
    ['any of none', { key: 'city', match: { any: [] } }, []],
    ['except: a value that is there and another', { key: 'city', match: { except: ['Berlin'] } }, [2, 3, 6]],
    ['except nothing: any value', { key: 'city', match: { except: [] } }, [1, 2, 3, 6]],
    ['text without an index is a substring', { key: 'title', match: { text: 'ecto' } }, [1, 2]],
    ['text with an index is words in any case', { key: 'words', match: { text: 'TALL green' } }, [7]],
    ['text with an index is no substring', { key: 'words', match: { text: 'gree' } }, []],
    ['a phrase with an index', { key: 'words', match: { phrase: 'trees tall' } }, [7]],
    ['a range', { key: 'price', range: { gt: 10, lte: 20 } }, [2, 3, 6]],
    ['a range without bounds: any number', { key: 'price', range: { above: 1 } }, [1, 2, 3, 6]],
    ['a range of times across zones', { key: 'when', range: { gte: '2024-06-15T10:30:00Z', lt: '2024-06-15T10:30:01Z' } }, [3]],
    ['the number of values', { key: 'tags', values_count: { lt: 1 } }, [3, 4]],
    ['a path into objects', { key: 'meta.lang', match: { value: 'de' } }, [1]],
    ['all elements', { key: 'parts[].k', match: { value: 'x' } }, [6, 7]],
    ['one element', { key: 'parts[0].v', match: { value: 1 } }, [6]],
    ['a path does not enter lists by itself', { key: 'parts.k', match: { value: 'x' } }, []],
    ['lists of lists', { key: 'deep[][]', match: { value: 3 } }, [7]],
    ['a dot in a quoted key', { key: '"a.b"', match: { value: 1 } }, [7]],
    ['a dot outside quotes', { key: 'a.b', match: { value: 2 } }, [7]],
    ['two conditions of one key are joined by or', { key: 'price', match: { value: 10 }, range: { gte: 20 } }, [1, 2, 3]],
    ['no condition matches nothing', { key: 'city' }, []],
    ['a key that every object inherits', { key: 'constructor', is_empty: false }, []],
  ])('%s', (_title, condition, expected) => {
    expect(must(condition)).toEqual(expected);
  });
});

describe('other conditions and clauses', () => {
  test.each([
    ['is_empty', { must: [{ is_empty: { key: 'tags' } }] }, [3, 4, 5, 7]],
    ['is_null does not look into lists', { must: [{ is_null: { key: 'tags' } }] }, [4]],
    ['has_id', { must: [{ has_id: [1, 5, 99] }] }, [1, 5]],
    ['has_vector', { must: [{ has_vector: '' }] }, [1, 2, 3, 4, 5, 6, 7]],
    [
      'nested: both conditions in one element',
      {
        must: [
          {
            nested: {
              key: 'parts',
              filter: {
                must: [
                  { key: 'k', match: { value: 'x' } },
                  { key: 'v', match: { value: 2 } },
                ],
              },
            },
          },
        ],
      },
      [7],
    ],
    ['nested knows no ids', { must: [{ nested: { key: 'parts', filter: { must: [{ has_id: [6] }] } } }] }, []],
    [
      'should',
      {
        should: [
          { key: 'city', match: { value: 'London' } },
          { key: 'price', match: { value: 15 } },
        ],
      },
      [2, 3],
    ],
    ['must_not', { must_not: [{ key: 'price', range: {} }] }, [4, 5, 7]],
    [
      'min_should',
      {
        min_should: {
          conditions: [
            { key: 'city', match: { value: 'Berlin' } },
            { key: 'active', match: { value: true } },
          ],
          min_count: 2,
        },
      },
      [1],
    ],
    ['a single condition instead of a list', { must: { key: 'city', match: { value: 'London' } } }, [2]],
    ['a filter as a condition', { must: [{ must_not: [{ key: 'price', range: {} }] }, { key: 'city', is_null: true }] }, [4]],
    ['an empty condition and empty clauses match all', { must: [{}], should: [] }, [1, 2, 3, 4, 5, 6, 7]],
  ])('%s', (_title, filter, expected) => {
    expect(matching(filter)).toEqual(expected);
  });
});

test.each([
  [{ must_also: [] }, /unknown field `must_also`, expected one of `should`, `min_should`, `must`, `must_not`/],
  [{ must: [{ match: { value: 1 } }] }, /Expected some form of condition/],
  [{ must: [{ key: 'a', match: { regex: '.' } }] }, /untagged enum MatchInterface/],
  [{ must: [{ key: 'a', match: { any: [1, 'a'] } }] }, /untagged enum MatchInterface/],
  [{ must: [{ key: 'a[', match: { value: 1 } }] }, /Invalid json path: 'a\['/],
  [{ must: [{ key: 'a', range: { gte: 'yesterday' } }] }, /'yesterday' does not match accepted datetime format/],
  [{ must: [{ key: 'a', geo_radius: {} }] }, /missing field `radius`/],
  [{ must: Array.from({ length: 65_537 }, () => ({})) }, /more than 65536 conditions/],
  ['city = Berlin', /invalid type: string "city = Berlin", expected struct Filter/],
])('%j is refused', (filter, message) => {
  expect(() => matching(filter)).toThrow(message);
});

test('a key without a condition is refused where reading', () => {
  expect(() => readFilter({ must: [{ key: 'a', equals: 1 }] }, { name: 'scroll_request.filter', allowsEmptyField: false })).toThrow(
    'Validation error in JSON body: [scroll_request.filter.must[0].__all__: Validation error: At least one field condition must be specified [{}]]',
  );
});
