import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import { tenantNames } from './documents.ts';
import type { Query } from './queries.ts';
import { createTraceQuestions, type TraceQuestionSettings } from './trace-questions.ts';

const space = createConceptSpace({ seed: 1, concepts: 32, dimensions: 8 });

function asked(requests: TraceQuestionSettings['requests'], seed = 5, label = 'a'): Query[] {
  const questions = createTraceQuestions(space, { requests, tenants: tenantNames(2), chineseShare: 0.4, label }).open(seed, 'unused');
  return requests.map(() => questions.next());
}

describe('the questions of a recording', () => {
  it('come again exactly where their key does, and a request without a key never', () => {
    const key = fc.option(fc.constantFrom('a', 'b', 'c', 'd e', 'request 0'), { nil: undefined });
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 40 }), fc.nat(), (keys, seed) => {
        const questions = asked(
          keys.map((queryKey) => (queryKey === undefined ? {} : { queryKey })),
          seed,
        );
        for (const [one, { tenant, text }] of questions.entries()) {
          for (const [other, question] of questions.entries()) {
            const isEqual = one === other || (keys[one] !== undefined && keys[one] === keys[other]);
            expect(question.tenant === tenant && question.text === text).toBe(isEqual);
          }
        }
      }),
    );
  });

  it('are those of another window in no case, nor of another workload in the same window', () => {
    const requests = Array.from({ length: 200 }, (_, place) => ({ queryKey: String(place % 150) }));
    const texts = (...rest: [seed: number, label: string]) => new Set(asked(requests, ...rest).map(({ text }) => text));
    const first = texts(5, 'a');
    expect(first.size).toBe(150);
    expect(texts(5, 'a')).toEqual(first);
    for (const others of [texts(6, 'a'), texts(5, 'b')]) {
      expect([...others].filter((text) => first.has(text))).toEqual([]);
    }
  });

  it('are about the same where the same passage was found first, in other words', () => {
    const questions = asked(['x', 'y', 'z'].map((queryKey, place) => ({ queryKey, passageKeys: [place < 2 ? 'p' : 'q', 'r'] })));
    expect(questions[1]?.concepts).toEqual(questions[0]?.concepts);
    expect(questions[1]?.text).not.toBe(questions[0]?.text);
    expect(questions[2]?.concepts).not.toEqual(questions[0]?.concepts);
  });

  it('end with the recording', () => {
    const questions = createTraceQuestions(space, { requests: [{}], tenants: ['t'], chineseShare: 0, label: '' }).open(1, '');
    questions.next();
    expect(() => questions.next()).toThrow('the recording has 1 questions, question 2 was asked for');
  });
});
