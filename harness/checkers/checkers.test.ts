import { describe, expect, test } from 'vitest';
import type { AskResponse, Hit, SearchResponse } from '../../system/api/search.ts';
import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import { checkerResultSchema } from '../contract/result.ts';
import { createCorpus, tenantNames } from '../corpus/documents.ts';
import { createGroundTruth } from '../corpus/ground-truth.ts';
import { completeAnswers } from './complete-answers.ts';
import { documentVersion } from './document-version.ts';
import type { RawAnswer, ServedAnswer } from './served-answer.ts';
import { tenantIsolation } from './tenant-isolation.ts';
import { wireFormat } from './wire-format.ts';

const space = createConceptSpace({ seed: 1, concepts: 8, dimensions: 8 });
const corpus = createCorpus(space, { seed: 1, documents: 40, tenants: tenantNames(2), chineseShare: 0.5 });
const { documents } = corpus;
const truth = createGroundTruth(space);
for (const [index, document] of documents.entries()) {
  truth.write({ ...document, sequence: index + 1 });
}
const evidence: SearchResponse['evidence'] = {
  request_id: 'r',
  index_version: 'documents',
  applied_sequence: 40,
  cache_tier: 'none',
  stages: [{ stage: 'search', duration_ms: 1 }],
  total_ms: 1,
  shards: { asked: 3, answered: 3 },
  degraded: false,
  degraded_reason: null,
};
const hitsOf = (tenant: string): Hit[] =>
  documents.flatMap((document, index) =>
    document.tenant === tenant
      ? [
          {
            doc_id: document.docId,
            score: 0.5,
            content: document.content,
            knowledge_base: document.knowledgeBase,
            metadata: document.metadata,
            document_version: index + 1,
          },
        ]
      : [],
  );
const searchOf = (tenant: string): SearchResponse => ({ results: hitsOf(tenant).slice(0, 10), evidence });
const askOf = (tenant: string): AskResponse => {
  const sources = hitsOf(tenant).slice(0, 3);
  return { answer: `${sources[0]?.content} [1]`, sources, usage: { prompt_tokens: 1, completion_tokens: 1 }, evidence };
};
/** Twelve good answers: six searches and six asks of two tenants. */
const raw: RawAnswer[] = Array.from({ length: 12 }, (_, index) => {
  const tenant = `tenant-${(index % 2) + 1}`;
  const kind = index < 6 ? 'search' : 'ask';
  return { requestId: `step:${index}`, tenant, kind, body: JSON.stringify(kind === 'search' ? searchOf(tenant) : askOf(tenant)) };
});

type Name = 'wire-format' | 'tenant-isolation' | 'complete-answers' | 'document-version';
function verdicts(answers: readonly RawAnswer[]): Record<Name, string> {
  const { result, answers: served } = wireFormat(answers);
  const results = [result, tenantIsolation(served), completeAnswers(served), documentVersion(served, truth)];
  for (const each of results) {
    expect(checkerResultSchema.parse(each)).toEqual(each);
  }
  return Object.fromEntries(results.map(({ id, verdict }) => [id, verdict])) as Record<Name, string>;
}
const allPass = { 'wire-format': 'pass', 'tenant-isolation': 'pass', 'complete-answers': 'pass', 'document-version': 'pass' };

/** The good answers with one of them changed. */
function mutate<T extends SearchResponse | AskResponse>(position: number, change: (response: T) => unknown): RawAnswer[] {
  return raw.map((answer, index) => {
    if (index !== position) {
      return answer;
    }
    const response = JSON.parse(answer.body) as T;
    return { ...answer, body: JSON.stringify(change(response)) };
  });
}
const mutateSearch = (change: (response: SearchResponse) => unknown) => mutate(2, change);
const mutateAsk = (change: (response: AskResponse) => unknown) => mutate(8, change);
const mutateHit = (change: (hit: Hit) => Hit) =>
  mutateSearch((response) => ({ ...response, results: response.results.map((hit, index) => (index === 4 ? change(hit) : hit)) }));
const mutateEvidence = (change: object) => mutateSearch((response) => ({ ...response, evidence: { ...evidence, ...change } }));

test('good answers pass every checker', () => {
  expect(verdicts(raw)).toEqual(allPass);
});

test('no answers, or answers with nothing in them, are unknown', () => {
  expect(new Set(Object.values(verdicts([])))).toEqual(new Set(['unknown']));
  const empty = raw.slice(0, 2).map((answer) => ({ ...answer, body: JSON.stringify({ results: [], evidence }) }));
  expect(verdicts(empty)).toEqual({ ...allPass, 'tenant-isolation': 'unknown', 'document-version': 'unknown' });
});

describe('each mutant is caught by the checker that is there for it', () => {
  const foreign = hitsOf('tenant-2')[0] as Hit;
  const own = hitsOf('tenant-1')[4] as Hit;
  const otherContent = hitsOf('tenant-1')[5]?.content ?? '';
  test.each<[string, RawAnswer[], Name[]]>([
    ['a foreign hit', mutateHit(() => foreign), ['tenant-isolation', 'document-version']],
    ['a foreign canary in a label', mutateHit((hit) => ({ ...hit, metadata: { note: foreign.content } })), ['tenant-isolation']],
    [
      'a foreign document quoted in an answer only',
      mutateAsk((ask) => ({ ...ask, answer: `so: ${foreign.content}` })),
      ['tenant-isolation'],
    ],
    ['a foreign source of an answer', mutateAsk((ask) => ({ ...ask, sources: [foreign] })), ['tenant-isolation', 'document-version']],
    ['a shard that is missing in silence', mutateEvidence({ shards: { asked: 3, answered: 2 } }), ['complete-answers']],
    ['more answers than shards', mutateEvidence({ shards: { asked: 3, answered: 4 } }), ['complete-answers']],
    ['degraded without a reason', mutateEvidence({ degraded: true }), ['complete-answers']],
    ['degraded with an empty reason', mutateEvidence({ degraded: true, degraded_reason: '' }), ['complete-answers']],
    ['a reason without being degraded', mutateEvidence({ degraded_reason: 'shard 2' }), ['complete-answers']],
    ['a version that nobody wrote', mutateHit((hit) => ({ ...hit, document_version: 41 })), ['document-version']],
    ['a version of another document', mutateHit((hit) => ({ ...hit, document_version: own.document_version + 2 })), ['document-version']],
    ['a document that nobody wrote', mutateHit((hit) => ({ ...hit, doc_id: 'doc-999999' })), ['document-version']],
    ['other content than was written', mutateHit((hit) => ({ ...hit, content: otherContent })), ['document-version']],
    ['an answer without evidence', mutateSearch(({ results }) => ({ results })), ['wire-format']],
    ['an answer with a field too many', mutateAsk((ask) => ({ ...ask, extra: 1 })), ['wire-format']],
    ['no JSON at all', raw.map((answer, index) => (index === 3 ? { ...answer, body: '<html>' } : answer)), ['wire-format']],
  ])('%s', (_name, answers, failing) => {
    expect(verdicts(answers)).toEqual({ ...allPass, ...Object.fromEntries(failing.map((name) => [name, 'fail'])) });
  });
});

test('a degraded answer that says so and why passes', () => {
  expect(verdicts(mutateEvidence({ shards: { asked: 3, answered: 2 }, degraded: true, degraded_reason: 'shard 1 timed out' }))).toEqual(
    allPass,
  );
});

test('a write of unknown outcome may be served, under its own content only', () => {
  const [document] = documents.filter(({ docId, tenant }) => docId === 'doc-000004' && tenant === 'tenant-1');
  if (document === undefined) {
    throw new Error('the document is missing');
  }
  const pending = corpus.revise(document, 1);
  const later = mutateHit((hit) => ({ ...hit, content: pending.content, document_version: 99 }));
  expect(verdicts(later)['document-version']).toBe('fail');
  truth.writeUncertain(pending);
  expect(verdicts(later)['document-version']).toBe('pass');
  expect(verdicts(mutateHit((hit) => ({ ...hit, document_version: 99 })))['document-version']).toBe('fail');
});

test('a result counts answers, not hits, and names at most five of them', () => {
  const leaking: ServedAnswer[] = Array.from({ length: 8 }, (_, index) => ({
    requestId: `step:${index}`,
    tenant: 'tenant-1',
    hits: hitsOf('tenant-2').slice(0, 3),
    text: undefined,
    evidence,
  }));
  expect(tenantIsolation(leaking)).toEqual({
    id: 'tenant-isolation',
    verdict: 'fail',
    checked: 8,
    violations: 8,
    exampleRequestIds: ['step:0', 'step:1', 'step:2', 'step:3', 'step:4'],
    why: '8 of 8 answers broke it, the first: tenant-1 was shown a document of tenant-2',
  });
});
