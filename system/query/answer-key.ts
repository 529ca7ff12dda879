import { createHash } from 'node:crypto';
import type { Question } from './answer-question.ts';
import { normaliseQuery } from './preprocess.ts';

/** What an answer depends on besides the question: the same for every question of a process. */
export interface AnswerMaking {
  /** The collection that is searched. */
  readonly collection: string;
  readonly retrieval: string;
  readonly embeddingModel: string;
  readonly rerankModel: string;
  readonly chatModel: string;
}

/** Changes whenever what is kept, or what the key is made of, changes. */
const format = 1;

/** Objects with their fields in order, so that the order in which a caller wrote them makes no difference. */
function inOrder(_name: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
    : value;
}

/**
 * Where the answer to a question is kept. Everything that may change the answer is in it: the tenant, the question as it is
 * searched for, what was said before, how many sources, which filters, whether reranked, by which models, from which
 * collection. A new collection (a rebuilt index) or model therefore begins anew. Changes of documents inside a collection do
 * not: an answer is at most as stale as its time to live, and tells the applied sequence that it was made from.
 */
export function answerKey(
  making: AnswerMaking,
  {
    tenant,
    text,
    topK,
    filters,
    rerank,
    earlier,
    sampling,
  }: Pick<Question, 'tenant' | 'text' | 'topK' | 'filters' | 'rerank' | 'earlier' | 'sampling'>,
): string {
  const depends = { format, ...making, tenant, text: normaliseQuery(text), topK, filters, rerank, earlier, sampling };
  const digest = createHash('sha256').update(JSON.stringify(depends, inOrder)).digest('base64url');
  // The tenant is in front for whoever has to remove what is kept of one.
  return `answer:${tenant}:${digest}`;
}
