import { describe, expect, test } from 'vitest';
import { documentSchema } from '../../system/api/documents.ts';
import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import { tenantsOfCanaries } from './canary.ts';
import { createCorpus, tenantNames } from './documents.ts';

const space = createConceptSpace({ seed: 1, concepts: 64, dimensions: 64 });
const tenants = tenantNames(4);
const settings = { seed: 5, documents: 2_000, tenants, chineseShare: 0.4 };
const corpus = createCorpus(space, settings);

function dot(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, component, index) => sum + component * (right[index] ?? 0), 0);
}

describe('documents', () => {
  test('are the same for the same seed and others for another', () => {
    expect(createCorpus(space, settings).documents).toEqual(corpus.documents);
    expect(createCorpus(space, { ...settings, seed: 6 }).documents[0]?.content).not.toBe(corpus.documents[0]?.content);
  });

  test('keep their content when the corpus grows', () => {
    expect(createCorpus(space, { ...settings, documents: 2_400 }).documents.slice(0, 2_000)).toEqual(corpus.documents);
  });

  test('are valid on the wire, 30 to 60 words long, and carry their tenant’s canary once', () => {
    for (const { docId, content, knowledgeBase, metadata, tenant, language, canary } of corpus.documents) {
      documentSchema.parse({ doc_id: docId, content, knowledge_base: knowledgeBase, metadata });
      expect(content).toContain(canary);
      expect(tenantsOfCanaries(content)).toEqual([tenant]);
      const text = content.replace(/^.*?[:：]\s*/, '');
      const length = language === 'en' ? text.split(' ').length : Array.from(text.replace(/[。]/g, '')).length / 1.7;
      expect(length).toBeGreaterThan(24);
      expect(length).toBeLessThan(72);
    }
  });

  test('have canaries of their own and ids that only differ within a tenant', () => {
    expect(new Set(corpus.documents.map(({ canary }) => canary)).size).toBe(2_000);
    const texts = corpus.documents.map(({ content, canary }) => content.replace(canary, ''));
    expect(new Set(texts).size).toBe(2_000);
    expect(new Set(corpus.documents.map(({ docId }) => docId)).size).toBe(500);
    expect(new Set(corpus.documents.map(({ docId, tenant }) => `${tenant} ${docId}`)).size).toBe(2_000);
  });

  test('are Chinese in the share asked for', () => {
    const share = corpus.documents.filter(({ language }) => language === 'zh').length / 2_000;
    // Four standard deviations of a binomial share.
    expect(Math.abs(share - 0.4)).toBeLessThan(4 * Math.sqrt((0.4 * 0.6) / 2_000));
    expect(corpus.documents.some(({ content, language }) => language === 'en' && /\p{Script=Han}/v.test(content))).toBe(false);
  });

  test('of all tenants are about the same concepts', () => {
    for (const tenant of tenants) {
      const concepts = new Set(
        corpus.documents.filter((document) => document.tenant === tenant).map(({ concepts: [first] }) => first?.concept),
      );
      expect(concepts.size).toBeGreaterThan(60);
    }
  });

  test('lie nearest to their leading concept', () => {
    const concepts = Array.from({ length: 64 }, (_, concept) => space.embed(space.words(concept, 'en').join(' ')));
    const nearest = corpus.documents.slice(0, 300).filter((document) => {
      const vector = space.embed(document.content);
      const scores = concepts.map((concept) => dot(vector, concept));
      return scores.indexOf(Math.max(...scores)) === document.concepts[0]?.concept;
    });
    // Not all of them: a mixture may lie nearer to a sibling of its leading concept.
    expect(nearest.length / 300).toBeGreaterThan(0.75);
  });
});

describe('a revision', () => {
  const [document] = corpus.documents;
  if (document === undefined) {
    throw new Error('the corpus is empty');
  }

  test('keeps identity, language, canary and leading concept, and changes the content and so the vector', () => {
    const revised = corpus.revise(document, 7);
    const { content, concepts, revision, ...identity } = revised;
    expect(document).toMatchObject(identity);
    expect(revision).toBe(7);
    expect(content).not.toBe(document.content);
    expect(content).toContain(document.canary);
    expect(concepts[0]?.concept).toBe(document.concepts[0]?.concept);
    expect(dot(space.embed(content), space.embed(document.content))).toBeLessThan(0.999);
  });

  test('is another text for another number and the same for the same, whatever was revised in between', () => {
    const texts = Array.from({ length: 50 }, (_, index) => corpus.revise(document, index).content);
    expect(new Set(texts).size).toBe(50);
    expect(corpus.revise(corpus.revise(document, 3), 7)).toEqual(corpus.revise(document, 7));
  });
});

test('canaries are found in running text, whatever the tenant is called and whatever follows', () => {
  const text = 'x CN-a-0123456789ab, 记录CN-big-corp-2-abcdefabcdef：y CN-a-0123456789 CN-b-0123456789abc CN-a-0123456789ab。';
  expect(tenantsOfCanaries(text)).toEqual(['a', 'big-corp-2', 'a']);
  expect(tenantsOfCanaries('no canary')).toEqual([]);
});

test('a corpus without tenants is refused', () => {
  expect(() => createCorpus(space, { ...settings, tenants: [] })).toThrow('at least one tenant');
});
