import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../system/api/evidence.ts';
import type { Hit } from '../../system/api/search.ts';
import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import { checkerResultSchema } from '../contract/result.ts';
import { createCorpus, tenantNames } from '../corpus/documents.ts';
import { createGroundTruth } from '../corpus/ground-truth.ts';
import { completeAnswers } from './complete-answers.ts';
import { currentVersion } from './current-version.ts';
import { documentVersion } from './document-version.ts';
import type { ServedAnswer } from './served-answer.ts';
import { tenantIsolation } from './tenant-isolation.ts';
import { wireFormat } from './wire-format.ts';

const space = createConceptSpace({ seed: 1, concepts: 8, dimensions: 8 });
const corpus = createCorpus(space, { seed: 1, documents: 40, tenants: tenantNames(2), chineseShare: 0.5 });
const { documents } = corpus;
const truth = createGroundTruth(space);
for (const [index, document] of documents.entries()) {
  truth.write({ ...document, sequence: index + 1 });
}
const evidence: Evidence = {
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
/** Twelve good answers of two tenants: six searches, then six asks. */
const good: ServedAnswer[] = Array.from({ length: 12 }, (_, index) => {
  const tenant = `tenant-${(index % 2) + 1}`;
  const hits = hitsOf(tenant).slice(0, 10);
  return { requestId: `step:${index}`, tenant, hits, text: index < 6 ? undefined : `${hits[0]?.content} [1]`, evidence };
});

type Name = 'tenant-isolation' | 'complete-answers' | 'document-version' | 'current-version';
function verdicts(answers: readonly ServedAnswer[], history = truth): Record<Name, string> {
  const results = [tenantIsolation(answers), completeAnswers(answers), documentVersion(answers, history), currentVersion(answers, history)];
  for (const each of results) {
    expect(checkerResultSchema.parse(each)).toEqual(each);
  }
  return Object.fromEntries(results.map(({ id, verdict }) => [id, verdict])) as Record<Name, string>;
}
const allPass = { 'tenant-isolation': 'pass', 'complete-answers': 'pass', 'document-version': 'pass', 'current-version': 'pass' };

/** The good answers with one of them changed: 2 is a search and 8 an ask of tenant-1. */
const mutate = (position: 2 | 8, change: (answer: ServedAnswer) => Partial<ServedAnswer>): ServedAnswer[] =>
  good.map((answer, index) => (index === position ? { ...answer, ...change(answer) } : answer));
const mutateHit = (change: (hit: Hit) => Hit) =>
  mutate(2, ({ hits }) => ({ hits: hits.map((hit, index) => (index === 4 ? change(hit) : hit)) }));
const mutateEvidence = (change: Partial<Evidence>) => mutate(2, () => ({ evidence: { ...evidence, ...change } }));

test('good answers pass every checker', () => {
  expect(verdicts(good)).toEqual(allPass);
});

test('no answers, or answers with nothing in them, are unknown', () => {
  expect(new Set(Object.values(verdicts([])))).toEqual(new Set(['unknown']));
  const empty = good.map((answer) => ({ ...answer, hits: [], text: undefined }));
  expect(verdicts(empty)).toEqual({
    'tenant-isolation': 'unknown',
    'complete-answers': 'pass',
    'document-version': 'unknown',
    'current-version': 'unknown',
  });
});

describe('each mutant is caught by the checker that is there for it', () => {
  const foreign = hitsOf('tenant-2')[0] as Hit;
  const own = hitsOf('tenant-1')[4] as Hit;
  const otherContent = hitsOf('tenant-1')[5]?.content ?? '';
  test.each<[string, ServedAnswer[], Name[]]>([
    ['a foreign hit', mutateHit(() => foreign), ['tenant-isolation', 'document-version']],
    ['a foreign canary in a label', mutateHit((hit) => ({ ...hit, metadata: { note: foreign.content } })), ['tenant-isolation']],
    ['a foreign document quoted in an answer only', mutate(8, () => ({ text: `so: ${foreign.content}` })), ['tenant-isolation']],
    ['a foreign source of an answer', mutate(8, () => ({ hits: [foreign] })), ['tenant-isolation', 'document-version']],
    ['a shard that is missing in silence', mutateEvidence({ shards: { asked: 3, answered: 2 } }), ['complete-answers']],
    ['more answers than shards', mutateEvidence({ shards: { asked: 3, answered: 4 } }), ['complete-answers']],
    ['degraded without a reason', mutateEvidence({ degraded: true }), ['complete-answers']],
    ['degraded with an empty reason', mutateEvidence({ degraded: true, degraded_reason: '' }), ['complete-answers']],
    ['a reason without being degraded', mutateEvidence({ degraded_reason: 'shard 2' }), ['complete-answers']],
    ['a version that nobody wrote', mutateHit((hit) => ({ ...hit, document_version: 41 })), ['document-version']],
    ['a version of another document', mutateHit((hit) => ({ ...hit, document_version: own.document_version + 2 })), ['document-version']],
    ['a document that nobody wrote', mutateHit((hit) => ({ ...hit, doc_id: 'doc-999999' })), ['document-version']],
    ['other content than was written', mutateHit((hit) => ({ ...hit, content: otherContent })), ['document-version']],
  ])('%s', (_name, answers, failing) => {
    expect(verdicts(answers)).toEqual({ ...allPass, ...Object.fromEntries(failing.map((name) => [name, 'fail'])) });
  });
});

describe('versions that were replaced or deleted', () => {
  const history = createGroundTruth(space);
  for (const [index, document] of documents.entries()) {
    history.write({ ...document, sequence: index + 1 });
  }
  const [first, second] = good[0]?.hits ?? [];
  if (first === undefined || second === undefined) {
    throw new Error('the answers have no hits');
  }
  history.write({ tenant: 'tenant-1', docId: first.doc_id, content: 'new content', sequence: 41 });
  history.remove({ tenant: 'tenant-1', docId: second.doc_id, sequence: 42 });
  const servedAt = (hit: Hit, applied_sequence: number) =>
    good.slice(0, 1).map((answer) => ({ ...answer, hits: [hit], evidence: { ...evidence, applied_sequence } }));

  test.each([
    ['replaced later', first, 40, 'pass'],
    ['replaced', first, 41, 'fail'],
    ['replacing', { ...first, document_version: 41, content: 'new content' }, 41, 'pass'],
    ['replacing, ahead of what is applied', { ...first, document_version: 41, content: 'new content' }, 40, 'pass'],
    ['deleted later', second, 41, 'pass'],
    ['deleted', second, 42, 'fail'],
  ] as const)('%s', (_name, hit, applied, verdict) => {
    expect(verdicts(servedAt(hit, applied), history)).toMatchObject({ 'current-version': verdict, 'document-version': 'pass' });
  });
});

test('responses that could not be read fail the wire format, and none at all is unknown', () => {
  expect(wireFormat(['step:0', 'step:1'], [])).toMatchObject({ verdict: 'pass', checked: 2 });
  expect(wireFormat(['step:0'], [{ id: 'step:1', why: 'no evidence' }])).toMatchObject({
    verdict: 'fail',
    checked: 2,
    violations: 1,
    exampleRequestIds: ['step:1'],
    why: '1 of 2 responses broke it, the first: no evidence',
  });
  expect(wireFormat([], [])).toMatchObject({ verdict: 'unknown', checked: 0 });
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
