import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AnswerMaking, answerKey } from './answer-key.ts';

const making: AnswerMaking = { collection: 'documents', retrieval: 'dense', embeddingModel: 'e', rerankModel: 'r', chatModel: 'c' };
const question = {
  tenant: 'acme',
  text: 'what is kept?',
  topK: 10,
  filters: { knowledge_base: 'default', metadata: { a: 1, b: '1' } },
  rerank: false,
  earlier: [],
  sampling: {},
};

it('is the same for questions that mean the same to a reader', () => {
  const key = answerKey(making, question);
  expect(key).toMatch(/^answer:acme:[\w-]{43}$/);
  expect(answerKey(making, { ...question, text: '  what\u3000is ｋept？ '.replace('？', '?') })).toBe(key);
  expect(answerKey(making, { ...question, filters: { metadata: { b: '1', a: 1 }, knowledge_base: 'default' } })).toBe(key);
});

it('differs with everything that the answer depends on', () => {
  const changed = [
    { tenant: 'globex' },
    { text: 'What is kept?' },
    { topK: 9 },
    { filters: {} },
    { filters: { ...question.filters, metadata: { a: '1', b: '1' } } },
    { rerank: true },
    { earlier: [{ role: 'user' as const, content: 'before' }] },
    { sampling: { temperature: 0 } },
  ].map((change) => answerKey(making, { ...question, ...change }));
  const made = Object.keys(making).map((field) => answerKey({ ...making, [field]: 'other' }, question));
  const keys = [answerKey(making, question), ...changed, ...made];
  expect(new Set(keys).size).toBe(keys.length);
});

it('is the same for any order of labels and no other', () => {
  const labels = fc.dictionary(
    fc.string({ minLength: 1, maxLength: 4 }),
    fc.oneof(fc.integer(), fc.boolean(), fc.string({ maxLength: 4 })),
  );
  fc.assert(
    fc.property(labels, labels, (left, right) => {
      const keyOf = (metadata: Record<string, string | number | boolean>) => answerKey(making, { ...question, filters: { metadata } });
      expect(keyOf(Object.fromEntries(Object.entries(left).reverse()))).toBe(keyOf(left));
      const sorted = (metadata: object) => JSON.stringify(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
      expect(keyOf(left) === keyOf(right)).toBe(sorted(left) === sorted(right));
    }),
  );
});
