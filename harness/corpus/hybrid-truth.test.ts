import { describe, expect, test } from 'vitest';
import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import { createCorpus, tenantNames } from './documents.ts';
import { createExactRetrieval } from './exact-retrieval.ts';
import { createGroundTruth } from './ground-truth.ts';
import { createQueries } from './queries.ts';

const space = createConceptSpace({ seed: 3, concepts: 32, dimensions: 48 });
const [tenant] = tenantNames(1) as [string];
const corpus = createCorpus(space, { seed: 3, documents: 300, tenants: [tenant], chineseShare: 0.4 });
const questions = createQueries(space, {
  seed: 3,
  tenants: [tenant],
  distinct: 30,
  zipfExponent: 0,
  neverRepeatedShare: 0,
  chineseShare: 0.4,
}).pool.map(({ text }) => text);

function truthOf(retrieval: 'dense' | 'hybrid') {
  const truth = createGroundTruth(space, retrieval);
  for (const [position, { docId, content }] of corpus.documents.entries()) {
    truth.write({ tenant, docId, content, sequence: position + 1 });
  }
  return truth;
}
const exact = createExactRetrieval(
  space,
  corpus.documents.map(({ docId, content }) => ({ id: docId, content })),
);
const versionOf = new Map(corpus.documents.map(({ docId }, position) => [docId, position + 1]));
const hitsOf = (ids: readonly string[]) => ids.map((docId) => ({ docId, documentVersion: versionOf.get(docId) ?? 0 }));
const applied = { tenant, k: 10, appliedSequence: 300 };

describe('the truth of a hybrid search', () => {
  const truth = truthOf('hybrid');

  test('an exact hybrid search has recall 1, a dense one less', () => {
    const recallOf = (search: (question: string) => string[]) =>
      questions.map((queryText) => truth.recall({ ...applied, queryText, hits: hitsOf(search(queryText)) }).recall ?? 0);
    expect(recallOf((question) => exact.hybrid(question, 10))).toEqual(questions.map(() => 1));
    const dense = recallOf((question) => exact.dense(question, 10));
    expect(dense.reduce((sum, recall) => sum + recall, 0) / dense.length).toBeLessThan(0.95);
  });

  test('one wrong hit of ten costs a tenth', () => {
    const [queryText] = questions as [string];
    const right = exact.hybrid(queryText, 10);
    const [wrong] = exact.dense(queryText, 300).slice(-1);
    expect(truth.recall({ ...applied, queryText, hits: hitsOf([...right.slice(0, 9), wrong ?? '']) }).recall).toBeCloseTo(0.9, 12);
  });

  test('what a reranker chooses counts among its candidates', () => {
    const [queryText] = questions as [string];
    const hits = hitsOf(exact.hybrid(queryText, 20).slice(10));
    expect(truth.recall({ ...applied, queryText, hits, candidates: 20 }).recall).toBe(1);
    expect(truth.recall({ ...applied, queryText, hits }).recall).toBeLessThan(0.5);
  });

  test('a document that may or may not be replaced already counts in both versions', () => {
    const changing = truthOf('hybrid');
    const [queryText] = questions as [string];
    const before = exact.hybrid(queryText, 10);
    changing.write({ tenant, docId: before[0] ?? '', content: 'nothing of the kind', sequence: 301 });
    const recall = (visibleUpTo: number, ids: readonly string[]) =>
      changing.recall({ ...applied, queryText, visibleUpTo, hits: hitsOf(ids) }).recall;
    expect(recall(301, before)).toBe(1);
    expect(recall(301, exact.hybrid(queryText, 11).slice(1))).toBe(1);
    const [wrong] = exact.dense(queryText, 300).slice(-1);
    expect(recall(300, [...before.slice(1), wrong ?? ''])).toBeCloseTo(0.9, 12);
  });
});

test('candidates of a dense search', () => {
  const truth = truthOf('dense');
  const [queryText] = questions as [string];
  const hits = hitsOf(exact.dense(queryText, 20).slice(10));
  expect(truth.recall({ ...applied, queryText, hits, candidates: 20 }).recall).toBe(1);
  expect(truth.recall({ ...applied, queryText, hits }).recall).toBe(0);
});
