import type { ConceptSpace } from '../../system/concepts/concept-space.ts';
import type { Language } from '../../system/concepts/vocabulary.ts';
import { drawFrom, type RandomStream, randomStream } from '../../system/policies/random-stream.ts';
import { createCanary } from './canary.ts';
import { drawMixture, type Mixture, phrase } from './prose.ts';

export interface CorpusDocument {
  readonly tenant: string;
  /** Unique in its tenant. Tenants number their documents alike, so that a key without its tenant must collide. */
  readonly docId: string;
  readonly knowledgeBase: string;
  readonly language: Language;
  readonly content: string;
  readonly metadata: { readonly language: string; readonly year: number };
  readonly concepts: Mixture;
  readonly canary: string;
  /** 0 as first written; every revision of a run has a number of its own. */
  readonly revision: number;
}

export interface CorpusSettings {
  readonly seed: number;
  /** How many documents all tenants have together. */
  readonly documents: number;
  readonly tenants: readonly string[];
  /** Share of documents written in Chinese. */
  readonly chineseShare: number;
}

export interface Corpus {
  readonly documents: readonly CorpusDocument[];
  /** The document with new content: its leading concept stays, the others and all words are drawn again. */
  revise(document: CorpusDocument, revision: number): CorpusDocument;
}

const knowledgeBases = ['handbook', 'support'];

/** `tenant-1` to `tenant-<count>`. */
export function tenantNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `tenant-${index + 1}`);
}

/** Sentences of 8 to 12 words, 30 to 60 in all; the canary stands in the first, where an answer that quotes the text shows it. */
function write(space: ConceptSpace, stream: RandomStream, mixture: Mixture, language: Language, canary: string): string {
  const isChinese = language === 'zh';
  const sentences: string[] = [];
  let remaining = 30 + Math.floor(stream.uniform() * 31);
  while (remaining > 0) {
    const wished = 8 + Math.floor(stream.uniform() * 5);
    const count = remaining - wished < 4 ? remaining : wished;
    sentences.push(phrase(space, stream, mixture, language, count));
    remaining -= count;
  }
  return isChinese ? `记录${canary}：${sentences.join('。')}。` : `Record ${canary}: ${sentences.join('. ')}.`;
}

/**
 * Documents whose meaning is known: each is a mixture of one to three concepts of the space, in English or Chinese, and
 * carries its tenant's canary. All tenants draw from the same concepts, so that a search without the tenant filter must
 * find foreign documents. The same seed gives the same documents.
 */
export function createCorpus(space: ConceptSpace, { seed, documents: count, tenants, chineseShare }: CorpusSettings): Corpus {
  const documents = Array.from({ length: count }, (_, index): CorpusDocument => {
    const tenant = tenants[index % tenants.length];
    if (tenant === undefined) {
      throw new RangeError('a corpus needs at least one tenant');
    }
    const docId = `doc-${String(Math.floor(index / tenants.length)).padStart(6, '0')}`;
    const stream = randomStream(seed, `document:${tenant}:${docId}`);
    const language = stream.uniform() < chineseShare ? 'zh' : 'en';
    const canary = createCanary(tenant, stream);
    const concepts = drawMixture(stream, space.concepts);
    return {
      tenant,
      docId,
      knowledgeBase: drawFrom(stream, knowledgeBases),
      language,
      metadata: { language, year: 2015 + Math.floor(stream.uniform() * 10) },
      content: write(space, stream, concepts, language, canary),
      concepts,
      canary,
      revision: 0,
    };
  });
  return {
    documents,
    revise(document, revision) {
      const { tenant, docId, language, canary } = document;
      const stream = randomStream(seed, `revision:${tenant}:${docId}:${revision}`);
      const concepts = drawMixture(stream, space.concepts, document.concepts[0]?.concept);
      return { ...document, concepts, revision, content: write(space, stream, concepts, language, canary) };
    },
  };
}
