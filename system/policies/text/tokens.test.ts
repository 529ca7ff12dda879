import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tokensOf } from './tokens.ts';

test('words in lower case, compatibility forms folded', () => {
  expect(tokensOf('The Ｆull-width ﬁle, naïve Ünïcode!')).toEqual(['the', 'full', 'width', 'file', 'naïve', 'ünïcode']);
});

test('a code gives its parts and itself; words joined without a number do not', () => {
  expect(tokensOf('See ERR-4711.b and well-known/a_b.')).toEqual([
    'see',
    'err',
    '4711',
    'b',
    'err-4711.b',
    'and',
    'well',
    'known',
    'a',
    'b',
  ]);
});

test('Chinese gives pairs of neighbours, so that a word is found where a dictionary would cut it in two', () => {
  expect(tokensOf('数据库')).toEqual(expect.arrayContaining(['数据', '据库']));
  expect(tokensOf('书')).toEqual(['书']);
  expect(tokensOf('查ERR-1错')).toEqual(['查', 'err', '1', 'err-1', '错']);
});

test('words of three and more characters come besides', () => {
  const tokens = tokensOf('中华人民共和国');
  expect(tokens).toContain('中华');
  expect(tokens.some((token) => Array.from(token).length > 2)).toBe(true);
});

test('a text without letters and digits has no tokens', () => {
  expect(tokensOf('?! … 。，')).toEqual([]);
});

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.constantFrom('数', '据', '库', 'a-1', 'Word', ' ', '。', 'Ａ')).map((parts) => parts.join('')),
);

test('Unicode forms, case and surrounding marks do not matter; every token is a piece of the folded text', () => {
  fc.assert(
    fc.property(text, (given) => {
      const tokens = tokensOf(given);
      expect(tokensOf(given.normalize('NFD').normalize('NFKC'))).toEqual(tokens);
      expect(tokensOf(`。 ${given} !`)).toEqual(tokens);
      const folded = given.normalize('NFKC').toLowerCase();
      for (const token of tokens) {
        expect(token.length).toBeGreaterThan(0);
        expect(folded).toContain(token);
      }
    }),
  );
});

test('a piece of a Chinese text is found by its pairs', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...Array.from('数据库检索向量分片缓存服务')), { minLength: 2, maxLength: 20 }),
      fc.nat(),
      fc.nat(),
      (characters, from, size) => {
        const start = from % (characters.length - 1);
        const piece = characters.slice(start, start + 2 + (size % (characters.length - start - 1)));
        const pairs = tokensOf(piece.join('')).filter((token) => token.length === 2);
        expect(tokensOf(characters.join(''))).toEqual(expect.arrayContaining(pairs));
      },
    ),
  );
});
