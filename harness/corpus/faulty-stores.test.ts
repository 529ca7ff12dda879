import { expect, test } from 'vitest';
import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import { createCorpus, tenantNames } from './documents.ts';
import { createGroundTruth, type RetrievedDocument } from './ground-truth.ts';
import { createQueries } from './queries.ts';

const large = createConceptSpace({ seed: 3, concepts: 32, dimensions: 48 });
const names = tenantNames(4);
const corpus = createCorpus(large, { seed: 3, documents: 800, tenants: names, chineseShare: 0.4 });
const queries = createQueries(large, {
  seed: 3,
  tenants: names,
  distinct: 100,
  zipfExponent: 0.8,
  neverRepeatedShare: 0.3,
  chineseShare: 0.4,
});
const updated = corpus.documents.slice(0, 200).map((document, index) => corpus.revise(document, index + 1));
const versions = [...corpus.documents, ...updated].map((document, index) => ({ ...document, sequence: index + 1 }));
const truth = createGroundTruth(large);
for (const version of versions) {
  truth.write(version);
}
const appliedSequence = versions.length;

type Version = (typeof versions)[number];
/** A flat store in single precision, as an exact index computes. */
const flatAnswer = (text: string, k: number, candidates: readonly Version[]): RetrievedDocument[] => {
  const query = large.embed(text);
  const score = ({ content }: Version) => {
    const vector = vectors.get(content) as Float32Array;
    let sum = 0;
    for (let index = 0; index < query.length; index += 1) {
      sum = Math.fround(sum + Math.fround((query[index] ?? 0) * (vector[index] ?? 0)));
    }
    return sum;
  };
  return candidates
    .map((version) => ({ docId: version.docId, documentVersion: version.sequence, score: score(version) }))
    .sort((left, right) => right.score - left.score)
    .slice(0, k);
};
const vectors = new Map(versions.map(({ content }) => [content, large.embed(content)]));
const latest = [...new Map(versions.map((version) => [`${version.tenant} ${version.docId}`, version])).values()];

/** Mean recall@10 and violations of a store over 60 questions. */
const judge = (candidatesOf: (tenant: string) => readonly Version[]) => {
  const stream = queries.open(9, 'judge');
  let sum = 0;
  const kinds = new Set<string>();
  for (let round = 0; round < 60; round += 1) {
    const { tenant, text } = stream.next();
    const answer = truth.recall({ tenant, queryText: text, k: 10, appliedSequence, hits: flatAnswer(text, 10, candidatesOf(tenant)) });
    sum += answer.recall ?? 0;
    for (const { kind } of answer.violations) {
      kinds.add(kind);
    }
  }
  return { recall: sum / 60, kinds: [...kinds] };
};

test('a flat store in single precision has recall 1', () => {
  expect(judge((tenant) => latest.filter((version) => version.tenant === tenant))).toEqual({ recall: 1, kinds: [] });
});

test('a store without the tenant filter is seen', () => {
  const { recall, kinds } = judge(() => latest);
  expect(recall).toBeLessThan(0.5);
  expect(kinds).toEqual(['foreign-tenant']);
});

test('a store that never applies updates is seen', () => {
  const { recall, kinds } = judge((tenant) => versions.slice(0, 800).filter((version) => version.tenant === tenant));
  expect(recall).toBeLessThan(1);
  expect(kinds).toEqual(['stale-version']);
});

test('a store that lost a tenth of its documents is seen', () => {
  const { recall } = judge((tenant) => latest.filter((version, index) => version.tenant === tenant && index % 10 !== 0));
  expect(recall).toBeGreaterThan(0.8);
  expect(recall).toBeLessThan(0.97);
});
