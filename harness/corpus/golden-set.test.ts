import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import { createExactRetrieval } from './exact-retrieval.ts';
import { generateGoldenSet, printGoldenSet } from './golden-generator.ts';
import { type GoldenSet, parseGoldenSet, type QuestionKind } from './golden-set.ts';
import { type Grade, normalisedGain } from './relevance.ts';

const text = readFileSync(new URL('../../fixtures/golden/questions.json', import.meta.url), 'utf8');
const set = parseGoldenSet(text);

describe('the fixture', () => {
  test('is what its generator writes', () => {
    expect(text).toBe(printGoldenSet(generateGoldenSet()));
  });

  test('asks in both languages, for topics and for exact terms', () => {
    const counts = Map.groupBy(set.questions, ({ kind, language }) => `${kind} ${language}`);
    expect([...counts.keys()].sort()).toEqual(['code en', 'code zh', 'name en', 'name zh', 'topic en', 'topic zh']);
    expect(set.questions.length).toBeGreaterThanOrEqual(60);
    expect([...counts.values()].every((questions) => questions.length >= 7)).toBe(true);
    expect(new Set(set.questions.map((question) => question.text)).size).toBe(set.questions.length);
  });

  test('an exact term stands in its answer and in no other document', () => {
    for (const { kind, text: question, relevant } of set.questions) {
      const [term] = /[A-Z]{2}-\d{4}/.exec(question) ?? [];
      if (kind === 'code') {
        expect(set.documents.filter(({ content }) => content.includes(term ?? '?')).map(({ id }) => id)).toEqual(Object.keys(relevant));
      }
    }
  });
});

describe('what it tells of searches that are exact', () => {
  const retrieval = createExactRetrieval(createConceptSpace({ ...set.space, dimensions: 384 }), set.documents);
  const k = 10;
  const gainOf = (search: (question: string) => string[], kind: QuestionKind) => {
    const gains = set.questions
      .filter((question) => question.kind === kind)
      .map(({ text: question, relevant }) => {
        const grades = relevant as Record<string, Grade>;
        return (
          normalisedGain(
            search(question).map((id) => grades[id] ?? 0),
            Object.values(grades),
            k,
          ) ?? Number.NaN
        );
      });
    return gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  };
  const dense = (question: string) => retrieval.dense(question, k);
  const hybrid = (question: string) => retrieval.hybrid(question, k);
  const reranked = (question: string) => retrieval.reranked(question, k, (limit) => retrieval.hybrid(question, limit));

  test.each(['code', 'name'] as const)('dense search misses what a %s names, hybrid search finds it', (kind) => {
    expect(gainOf(dense, kind)).toBeLessThan(0.4);
    expect(gainOf(hybrid, kind)).toBeGreaterThan(0.6);
    expect(gainOf((question) => retrieval.keywords(question, k), kind)).toBeGreaterThan(0.95);
  });

  test('on topics hybrid search costs little, and a reranker gains', () => {
    expect(gainOf(hybrid, 'topic')).toBeGreaterThan(gainOf(dense, 'topic') - 0.08);
    expect(gainOf(reranked, 'topic')).toBeGreaterThan(gainOf(dense, 'topic'));
    expect(gainOf(reranked, 'topic')).toBeGreaterThan(gainOf(hybrid, 'topic'));
  });
});

describe('refused by name', () => {
  const broken = (change: (copy: GoldenSet) => void) => {
    const copy = structuredClone(set);
    change(copy);
    return () => parseGoldenSet(JSON.stringify(copy));
  };

  test('a document that is not in the set', () => {
    const attempt = broken(({ questions }) => {
      Object.assign(questions[3]?.relevant ?? {}, { 'golden-999': 2, elsewhere: 1 });
    });
    expect(attempt).toThrow(new RegExp(`question "${set.questions[3]?.id}" names document "golden-999"`));
    expect(attempt).toThrow(/"elsewhere"/);
  });

  test('a question or document that is there twice, a grade that is none, no grade at all, no JSON', () => {
    expect(broken(({ questions }) => void questions.push(questions[0] as never))).toThrow(/question "topic-en-1" is there twice/);
    expect(broken(({ documents }) => void documents.push(documents[0] as never))).toThrow(/document "golden-000" is there twice/);
    expect(broken(({ questions }) => void Object.assign(questions[0]?.relevant ?? {}, { 'golden-000': 4 }))).toThrow(
      /questions.0.*golden-000|golden-000/,
    );
    expect(broken(({ questions }) => void Object.assign(questions[0] ?? {}, { relevant: {} }))).toThrow(/needs a relevant document/);
    expect(() => parseGoldenSet('{')).toThrow(/no JSON/);
  });
});
