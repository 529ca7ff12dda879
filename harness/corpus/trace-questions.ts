import type { ConceptSpace } from '../../system/concepts/concept-space.ts';
import { drawFrom, hash32, randomStream } from '../../system/policies/random-stream.ts';
import type { TraceRequest } from '../arrivals/trace/trace-request.ts';
import { drawMixture } from './prose.ts';
import { type Queries, type Query, writeQuestion } from './queries.ts';

export interface TraceQuestionSettings {
  readonly requests: readonly Pick<TraceRequest, 'queryKey' | 'passageKeys'>[];
  readonly tenants: readonly string[];
  readonly chineseShare: number;
  /** Sets the questions of one workload apart from those of another, which may meet the same cache. */
  readonly label: string;
}

/**
 * The questions of a recording, which tells only which of them are equal: each key has a text of its own, written again wherever the
 * key comes again, and a request without a key is asked once. Questions for which the same passage was found first are about the same
 * thing in other words. The seed of a window goes into the texts: what one window asked, no other one repeats. Beyond the
 * end of the recording `next` throws `RangeError`, since repeats that nobody made would be its own.
 */
export function createTraceQuestions(space: ConceptSpace, settings: TraceQuestionSettings): Pick<Queries, 'open'> {
  const { requests, tenants, chineseShare, label } = settings;
  return {
    open(seed) {
      const window = hash32(`${seed} ${label}`);
      const known = new Map<string, Query>();
      let place = -1;
      return {
        next() {
          place += 1;
          const request = requests[place];
          if (request === undefined) {
            throw new RangeError(`the recording has ${requests.length} questions, question ${place + 1} was asked for`);
          }
          const key = request.queryKey === undefined ? `request ${place}` : `key ${request.queryKey}`;
          const repeated = known.get(key);
          if (repeated !== undefined) {
            return repeated;
          }
          const concepts = drawMixture(randomStream(seed, `about ${request.passageKeys?.[0] ?? key}`), space.concepts);
          const stream = randomStream(seed, `question ${key}`);
          const tenant = drawFrom(stream, tenants);
          const { text, ...question } = writeQuestion(space, stream, chineseShare, concepts);
          const query: Query = {
            tenant,
            // The number keeps two keys apart that drew the same words.
            text: `${text} (${question.language === 'zh' ? '编号' : 'case'} ${window}-${known.size + 1})`,
            ...question,
            repeated: request.queryKey !== undefined,
          };
          known.set(key, query);
          return query;
        },
      };
    },
  };
}

/**
 * The same questions, each with the length of the answer that the recorded request in its place got. The n-th question has the n-th
 * length, also where its words came before.
 */
export function withRecordedAnswers(
  questions: Pick<Queries, 'open'>,
  requests: readonly Pick<TraceRequest, 'outputTokens'>[],
): Pick<Queries, 'open'> {
  return {
    open(seed, label) {
      const opened = questions.open(seed, label);
      let place = -1;
      return {
        next() {
          place += 1;
          const answerTokens = requests[place]?.outputTokens;
          return { ...opened.next(), ...(answerTokens === undefined ? {} : { answerTokens }) };
        },
      };
    },
  };
}
