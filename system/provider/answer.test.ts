import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPrompt, writeAnswer } from './answer.ts';
import { cutToTokens, tokenCount, tokenPieces } from './tokens.ts';

const system = { role: 'system', text: 'Answer from the context and cite it.' };
const user = {
  role: 'user',
  text: 'Context:\n[1] Record CN-a-1. Trees grow.\nThey are green!\n[2] 水在流动。山不动。\n\nQuestion: what grows?',
};

describe('readPrompt', () => {
  test('finds labelled passages, their sentences, and the question', () => {
    expect(readPrompt([system, user])).toEqual({
      passages: [
        { label: '1', sentences: ['Record CN-a-1.', 'Trees grow.', 'They are green!'] },
        { label: '2', sentences: ['水在流动。', '山不动。'] },
      ],
      question: 'what grows?',
    });
  });

  test('finds passages in a message of their own', () => {
    const { passages, question } = readPrompt([
      { role: 'system', text: '[7] One.\r\n[8] Two.' },
      { role: 'user', text: 'which?' },
    ]);
    expect(passages.map(({ label }) => label)).toEqual(['7', '8']);
    expect(question).toBe('which?');
  });
});

describe('writeAnswer', () => {
  test('quotes every passage with its label before going on with the next sentences', () => {
    expect(writeAnswer([system, user], 16, Number.POSITIVE_INFINITY)).toEqual({
      text: 'Record CN-a-1. [1] 水在流动。 [2] Trees grow. [1] 山不动。 [2]',
      isCut: false,
    });
  });

  test('says so when there is no context, whatever the length wished for', () => {
    expect(writeAnswer([{ role: 'user', text: 'what grows?' }], 1_000, Number.POSITIVE_INFINITY)).toEqual({
      text: 'The context given says nothing about: what grows?',
      isCut: false,
    });
  });

  test('reaches the target, overshoots by at most one sentence, and keeps the limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 }), (target, limit) => {
        const { text } = writeAnswer([system, user], target, Number.POSITIVE_INFINITY);
        expect(tokenCount(text)).toBeGreaterThanOrEqual(target);
        expect(tokenCount(text)).toBeLessThanOrEqual(target + 10);
        const limited = writeAnswer([system, user], target, limit);
        expect(tokenCount(limited.text)).toBeLessThanOrEqual(limit);
        expect(text.startsWith(limited.text)).toBe(true);
        expect(limited.isCut).toBe(limited.text !== text);
      }),
    );
  });
});

test('a text cut to tokens is the longest beginning that fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '水', '𠮷', '😀') }), fc.integer({ min: 0, max: 30 }), (text, limit) => {
      const cut = cutToTokens(text, limit);
      const next = Array.from(text)[Array.from(cut).length];
      expect(text.startsWith(cut)).toBe(true);
      expect(tokenCount(cut)).toBeLessThanOrEqual(limit);
      expect(next === undefined || tokenCount(cut + next) > limit).toBe(true);
    }),
  );
});

test('a text in pieces has as many as it has tokens, none of them empty', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '水', '𠮷', '😀') }), (text) => {
      const pieces = tokenPieces(text);
      expect(pieces.join('')).toBe(text);
      expect(pieces.length).toBe(tokenCount(text));
      expect(pieces.every((piece) => piece !== undefined && piece !== '')).toBe(true);
    }),
  );
});
