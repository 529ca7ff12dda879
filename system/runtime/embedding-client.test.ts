import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEmbeddings } from './embedding-client.ts';

const base64 = (values: number[]) => Buffer.from(new Float32Array(values).buffer).toString('base64');
const answerOf = (vectors: number[][], encode: (vector: number[]) => unknown = base64) => ({
  object: 'list',
  data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) })),
  usage: { prompt_tokens: 1 },
});

const vectors = fc
  .integer({ min: 1, max: 8 })
  .chain((dimensions) =>
    fc.array(fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: dimensions, maxLength: dimensions }), {
      minLength: 1,
      maxLength: 6,
    }),
  )
  .filter((drawn) => drawn.every((vector) => vector.reduce((sum, value) => sum + value * value, 0) > 0));

test('base64 and numbers say the same, in any order', () => {
  fc.assert(
    fc.property(vectors, (drawn) => {
      const dimensions = drawn[0]?.length ?? 0;
      const reversed = { ...answerOf(drawn), data: answerOf(drawn).data.reverse() };
      const expected = drawn.map((vector) => vector.map((value) => value));
      expect(readEmbeddings(answerOf(drawn), drawn.length, dimensions)).toEqual(expected);
      expect(readEmbeddings(reversed, drawn.length, dimensions)).toEqual(expected);
      expect(
        readEmbeddings(
          answerOf(drawn, (vector) => vector),
          drawn.length,
          dimensions,
        ),
      ).toEqual(expected);
    }),
  );
});

describe('is refused:', () => {
  const good = [
    [1, 0],
    [0, 1],
  ];
  test.each<[string, unknown, RegExp]>([
    ['fewer dimensions', answerOf([[1], [1]]), /4 bytes, 2 dimensions need 8/],
    ['fewer dimensions as numbers', answerOf([[1], [1]], (vector) => vector), /has 1 dimensions, expected 2/],
    [
      'not a number',
      answerOf([
        [Number.NaN, 1],
        [0, 1],
      ]),
      /no direction/,
    ],
    [
      'infinite',
      answerOf([
        [Number.POSITIVE_INFINITY, 1],
        [0, 1],
      ]),
      /no direction/,
    ],
    [
      'all zero',
      answerOf([
        [0, 0],
        [0, 1],
      ]),
      /no direction/,
    ],
    ['one missing', answerOf([[1, 0]]), /no embedding has index 1/],
    ['one too many', answerOf([...good, [1, 1]]), /index 2 is repeated or above 1/],
    ['an index twice', { data: [0, 0].map((index) => ({ index, embedding: base64([1, 0]) })) }, /index 0 is repeated/],
    ['another form', { data: [{ index: 0 }] }, /not in the expected form/],
    ['nothing', null, /not in the expected form/],
  ])('%s', (_name, answer, message) => {
    expect(() => readEmbeddings(answer, 2, 2)).toThrow(message);
  });
});
