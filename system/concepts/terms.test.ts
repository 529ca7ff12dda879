import { expect, test } from 'vitest';
import { terms } from './terms.ts';

const known = (word: string) => ['数据', '据库', '检索'].includes(word);

test('cuts words, digits and Chinese runs, longest known word first from the left', () => {
  expect(terms('The ID-42 of O’Brien', known)).toEqual(['the', 'id', '42', 'of', 'o', 'brien']);
  expect(terms('数据库的检索abc', known)).toEqual(['数据', '库', '的', '检索', 'abc']);
  expect(terms('', known)).toEqual([]);
});

test('characters outside the basic plane stay whole', () => {
  expect(terms('𠮷野', known)).toEqual(['𠮷', '野']);
});
