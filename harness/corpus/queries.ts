import type { ConceptSpace } from '../../system/concepts/concept-space.ts';
import type { Language } from '../../system/concepts/vocabulary.ts';
import { drawFrom, type RandomStream, randomStream } from '../../system/policies/random-stream.ts';
import { drawMixture, type Mixture, phrase } from './prose.ts';
import { createZipf } from './zipf.ts';

export interface Query {
  readonly tenant: string;
  readonly text: string;
  readonly language: Language;
  /** What it is about: the label by which the relevance of documents is judged. */
  readonly concepts: Mixture;
  /** From the pool of questions that come again; otherwise asked once and never again. */
  readonly repeated: boolean;
  /** How long its answer was when it was recorded, where the replay keeps to that. */
  readonly answerTokens?: number;
}

type Question = Pick<Query, 'text' | 'language' | 'concepts'>;

export interface QuerySettings {
  /** Seed of the pool: the same for all steps of a run, so that they ask the same popular questions. */
  readonly seed: number;
  readonly tenants: readonly string[];
  /** Size of the pool. */
  readonly distinct: number;
  readonly zipfExponent: number;
  readonly neverRepeatedShare: number;
  /** Share of questions asked in Chinese. */
  readonly chineseShare: number;
}

export interface Queries {
  readonly pool: readonly Question[];
  /**
   * The questions of one window of load, in order. `label` must be different for each window of a run: it goes into the
   * questions that are asked once, so that they never come again.
   */
  open(seed: number, label: string): { next(): Query };
}

/** About twelve words: a question form and words of the concepts that it is about, which are drawn where none are given. */
export function writeQuestion(space: ConceptSpace, stream: RandomStream, chineseShare: number, about?: Mixture): Question {
  const language = stream.uniform() < chineseShare ? 'zh' : 'en';
  const concepts = about ?? drawMixture(stream, space.concepts);
  const body = phrase(space, stream, concepts, language, 6 + Math.floor(stream.uniform() * 5));
  return { language, concepts, text: language === 'zh' ? `如何理解${body}` : `how does ${body} work` };
}

/**
 * Questions with the popularity of Zipf's law over a pool, beside a share that never repeats. Tenants ask the same
 * questions of the pool, so that an answer cached without its tenant must be served to a stranger.
 */
export function createQueries(space: ConceptSpace, settings: QuerySettings): Queries {
  const { seed, tenants, distinct, zipfExponent, neverRepeatedShare, chineseShare } = settings;
  const popularity = createZipf(distinct, zipfExponent);
  const poolStream = randomStream(seed, 'query pool');
  const known = new Map<string, Question>();
  while (known.size < distinct) {
    const question = writeQuestion(space, poolStream, chineseShare);
    known.set(question.text, question);
  }
  const pool = [...known.values()];
  return {
    pool,
    open(streamSeed, label) {
      const stream = randomStream(streamSeed, 'queries');
      let once = 0;
      return {
        next() {
          const tenant = drawFrom(stream, tenants);
          const pooled = stream.uniform() >= neverRepeatedShare ? pool[popularity.rankAt(stream.uniform())] : undefined;
          if (pooled !== undefined) {
            return { tenant, ...pooled, repeated: true };
          }
          const { text, ...question } = writeQuestion(space, stream, chineseShare);
          once += 1;
          return {
            tenant,
            text: `${text} (${question.language === 'zh' ? '编号' : 'case'} ${label}-${once})`,
            ...question,
            repeated: false,
          };
        },
      };
    },
  };
}
