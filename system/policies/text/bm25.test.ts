import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  documentWeights,
  inverseDocumentFrequency,
  ordinaryLength,
  queryWeights,
  type SparseVector,
  termId,
  termSaturation,
} from './bm25.ts';
import { tokensOf } from './tokens.ts';

const words = fc.array(fc.constantFrom('alpha', 'beta', 'gamma', 'delta', '数据库', 'ERR-4711', 'x'), { maxLength: 80 });
const weightOf = ({ indices, values }: SparseVector, token: string) => values[indices.indexOf(termId(token))] ?? 0;

test('ids are whole 32-bit numbers in ascending order, each once; weights lie between 0 and the saturation', () => {
  fc.assert(
    fc.property(words, (list) => {
      const { indices, values } = documentWeights(list.join(' '));
      expect(values.length).toBe(indices.length);
      expect([...new Set(indices)].sort((left, right) => left - right)).toEqual(indices);
      expect(indices.every((id) => Number.isInteger(id) && id >= 0 && id < 2 ** 32)).toBe(true);
      expect(values.every((weight) => weight > 0 && weight < termSaturation + 1)).toBe(true);
    }),
  );
});

test('the order of words does not matter', () => {
  fc.assert(
    fc.property(words, (list) => {
      expect(documentWeights([...list].reverse().join(' '))).toEqual(documentWeights(list.join(' ')));
    }),
  );
});

test('one more of a term weighs more, each time by less', () => {
  const padded = (count: number) => [...Array<string>(count).fill('alpha'), ...Array<string>(20 - count).fill('beta')].join(' ');
  const weights = Array.from({ length: 20 }, (_, count) => weightOf(documentWeights(padded(count)), 'alpha'));
  const gains = weights.slice(1).map((weight, index) => weight - (weights[index] ?? 0));
  expect(gains.every((gain) => gain > 0)).toBe(true);
  expect(gains.slice(1).every((gain, index) => gain < (gains[index] ?? 0))).toBe(true);
});

test('the same word weighs less in a longer document, and 1 once in an ordinary one', () => {
  const alone = (length: number) => weightOf(documentWeights(['alpha', ...Array<string>(length - 1).fill('beta')].join(' ')), 'alpha');
  expect(alone(10)).toBeGreaterThan(alone(ordinaryLength));
  expect(alone(ordinaryLength)).toBeCloseTo(1, 12);
  expect(alone(200)).toBeLessThan(alone(ordinaryLength));
});

test('a question has each of its terms once', () => {
  fc.assert(
    fc.property(words, (list) => {
      const { indices, values } = queryWeights(list.join(' '));
      expect(indices).toEqual([...new Set(tokensOf(list.join(' ')).map(termId))].sort((left, right) => left - right));
      expect(values.every((weight) => weight === 1)).toBe(true);
    }),
  );
});

test('term ids never change: they are stored with every point', () => {
  expect(['alpha', '数据', 'err-4711'].map(termId)).toMatchInlineSnapshot(`
    [
      1569418667,
      627929107,
      292062652,
    ]
  `);
});

test('the rarer a term the more it counts, and never below 0', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.nat(), (documents, drawn) => {
      const having = drawn % documents;
      expect(inverseDocumentFrequency(documents, having + 1)).toBeLessThan(inverseDocumentFrequency(documents, having));
      expect(inverseDocumentFrequency(documents, having + 1)).toBeGreaterThan(0);
    }),
  );
});
