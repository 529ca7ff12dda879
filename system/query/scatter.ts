import { ApiError } from '../runtime/api-error.ts';
import type { VectorStore } from '../runtime/vector-store.ts';

export interface Scattered<Answer> {
  /** One per shard that answered. */
  readonly answers: readonly Answer[];
  readonly asked: number;
  /** Time of each answer from the question to its end, ms; as many as there are answers. */
  readonly shardsMs: readonly number[];
  /** Why shards did not answer; empty when all did. */
  readonly failures: readonly ShardFailure[];
}

export interface ShardFailure {
  readonly shard: number;
  readonly reason: string;
}

/** Part of what remains that is kept for merging and answering when a shard does not answer in time. */
const reserveShare = 0.1;
const longestReserveMs = 250;

/** How long a shard may take, ms, when `remainingMs` are left for the whole request. */
export function shardBudgetMs(remainingMs: number): number {
  return remainingMs - Math.min(longestReserveMs, remainingMs * reserveShare);
}

/**
 * Asks every given shard at once. A shard that fails or that is too slow is left out and named; when none answers this
 * throws `deadline_exceeded` if all were too slow and otherwise `unavailable`.
 */
export async function scatter<Answer>(
  stores: readonly VectorStore[],
  ask: (store: VectorStore, signal: AbortSignal) => Promise<Answer>,
  { signal, remainingMs }: { readonly signal: AbortSignal; readonly remainingMs: number },
): Promise<Scattered<Answer>> {
  const budgetMs = shardBudgetMs(remainingMs);
  const cut = new AbortController();
  const timer = setTimeout(() => cut.abort(new ApiError('deadline_exceeded', `no answer within ${Math.round(budgetMs)} ms`)), budgetMs);
  const follow = () => cut.abort(signal.reason);
  signal.addEventListener('abort', follow, { once: true });
  try {
    const started = performance.now();
    const settled = await Promise.allSettled(
      stores.map(async (store) => ({ answer: await ask(store, cut.signal), ms: performance.now() - started })),
    );
    signal.throwIfAborted();
    const answers: Answer[] = [];
    const shardsMs: number[] = [];
    const failures: (ShardFailure & { readonly error: unknown })[] = [];
    for (const [position, outcome] of settled.entries()) {
      if (outcome.status === 'fulfilled') {
        answers.push(outcome.value.answer);
        shardsMs.push(outcome.value.ms);
      } else {
        const error: unknown = outcome.reason;
        failures.push({
          shard: stores[position]?.shard ?? position,
          reason: error instanceof Error ? error.message : String(error),
          error,
        });
      }
    }
    if (answers.length === 0) {
      const slow = cut.signal.aborted && failures.every(({ error }) => error === cut.signal.reason);
      throw new ApiError(slow ? 'deadline_exceeded' : 'unavailable', `none of ${stores.length} shard(s) answered: ${reasonOf(failures)}`, {
        hint: 'see /ready of the query process and the vector nodes',
      });
    }
    return { answers, asked: stores.length, shardsMs, failures };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', follow);
  }
}

/** Names the shards that are missing from an answer. */
export function reasonOf(failures: readonly ShardFailure[]): string {
  return failures.map(({ shard, reason }) => (reason.startsWith(`shard ${shard}:`) ? reason : `shard ${shard}: ${reason}`)).join('; ');
}
