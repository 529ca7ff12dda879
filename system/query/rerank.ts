import { z } from 'zod';
import { headers } from '../api/headers.ts';
import type { Hit } from '../api/search.ts';
import { ApiError } from '../runtime/api-error.ts';
import { readProviderAnswer } from '../runtime/embedding-client.ts';
import type { Upstream } from '../runtime/upstream.ts';

/** The form of Cohere's and Jina's answers; extra fields are the provider's business. */
const rerankResponseSchema = z.object({
  results: z.array(z.object({ index: z.int().nonnegative(), relevance_score: z.number() })),
});

/** Part of what remains that a rerank may take, so that an answer can still be made when it does not come. */
const budgetShare = 0.5;
/** Five times what the largest published batch takes: whatever takes longer will not come. */
const longestBudgetMs = 1_000;

/** How long a rerank may take, ms, when `remainingMs` are left for the whole request. */
export function rerankBudgetMs(remainingMs: number): number {
  return Math.min(longestBudgetMs, remainingMs * budgetShare);
}

export interface RerankTask {
  readonly question: string;
  readonly model: string;
  readonly requestId: string;
  readonly signal: AbortSignal;
  readonly remainingMs: number;
}

/** The given hits by relevance, or `upstream_failed` when not each of them has exactly one. */
export function inOrderOf<T extends Hit>(hits: readonly T[], answer: unknown): T[] {
  const parsed = rerankResponseSchema.safeParse(answer);
  if (!parsed.success) {
    throw new ApiError('upstream_failed', `the provider's ranking is not in the expected form: ${z.prettifyError(parsed.error)}`);
  }
  const ranked = new Map<number, T>();
  for (const { index, relevance_score } of parsed.data.results) {
    const hit = hits[index];
    if (hit === undefined || ranked.has(index)) {
      throw new ApiError('upstream_failed', `ranking index ${index} is repeated or above ${hits.length - 1}`);
    }
    ranked.set(index, { ...hit, score: relevance_score });
  }
  if (ranked.size !== hits.length) {
    throw new ApiError('upstream_failed', `${hits.length} documents were sent and ${ranked.size} were ranked`);
  }
  // Equally relevant hits keep the order of the search.
  return [...ranked].sort(([left, a], [right, b]) => b.score - a.score || left - right).map(([, hit]) => hit);
}

/**
 * Puts hits into the order of the provider's `POST /v1/rerank`; their scores become its relevance. Throws `ApiError`s,
 * also when the ranking takes longer than its part of the deadline: `deadline_exceeded`.
 */
export async function rerankHits<T extends Hit>(provider: Upstream, task: RerankTask, hits: readonly T[]): Promise<T[]> {
  if (hits.length === 0) {
    return [];
  }
  const budgetMs = rerankBudgetMs(task.remainingMs);
  const cut = new AbortController();
  const timer = setTimeout(
    () => cut.abort(new ApiError('deadline_exceeded', `the provider gave no ranking within ${Math.round(budgetMs)} ms`)),
    budgetMs,
  );
  try {
    const answer = await provider.request({
      method: 'POST',
      path: '/v1/rerank',
      headers: { 'content-type': 'application/json', [headers.requestId]: task.requestId },
      body: JSON.stringify({ model: task.model, query: task.question, documents: hits.map(({ content }) => content) }),
      signal: AbortSignal.any([task.signal, cut.signal]),
    });
    return inOrderOf(hits, readProviderAnswer('a ranking', answer));
  } finally {
    clearTimeout(timer);
  }
}
