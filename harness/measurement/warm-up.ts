import { mser5 } from './mser.ts';

/** A request of a pilot that was answered. */
export interface PilotResponse {
  readonly kind: string;
  /** When it was due, from the beginning of the pilot. */
  readonly dueSeconds: number;
  readonly responseMs: number;
}

export interface FoundWarmUp {
  /** Responses that it rests on: those of the most frequent kind, because a mixture of kinds has no level to settle at. */
  readonly sampleCount: number;
  /** Until when the pilot was not steady; absent where it had too few responses to tell. */
  readonly truncatedSeconds?: number;
  /** False where the pilot does not show that it ever became steady. */
  readonly isSettled: boolean;
}

/** Times that are shorter than the clock's µs have no logarithm. */
const shortestMs = 0.001;

/**
 * When a system that was driven from its start became steady, by MSER-5 over the logarithms of its response times in the order in
 * which they were due. Logarithms, because response times have long tails, and one slow answer must not pass for a transient.
 */
export function warmUpOf(responses: readonly PilotResponse[]): FoundWarmUp {
  const byKind = [...Map.groupBy(responses, ({ kind }) => kind).values()];
  const most = byKind.toSorted((a, b) => b.length - a.length)[0] ?? [];
  const inOrder = most.toSorted((a, b) => a.dueSeconds - b.dueSeconds);
  const truncation = mser5(inOrder.map(({ responseMs }) => Math.log(Math.max(shortestMs, responseMs))));
  if (truncation === undefined) {
    return { sampleCount: inOrder.length, isSettled: false };
  }
  const truncatedSeconds = truncation.truncated === 0 ? 0 : (inOrder[truncation.truncated]?.dueSeconds ?? 0);
  return { sampleCount: inOrder.length, truncatedSeconds, isSettled: truncation.settled };
}

/**
 * The warm-up of every repetition of a run: the longest that any variant needed, so that all are measured alike, never below
 * `leastSeconds` and never above `mostSeconds`, which is also what a variant gets that did not settle. A variant that had too few
 * responses to tell has no say.
 */
export function frozenWarmUp(found: readonly FoundWarmUp[], leastSeconds: number, mostSeconds: number): number {
  const needed = found.flatMap(({ truncatedSeconds, isSettled }) =>
    truncatedSeconds === undefined ? [] : isSettled ? truncatedSeconds : mostSeconds,
  );
  // Rounded up to a tenth of a second: the search is no finer.
  const longest = Math.ceil(Math.max(0, ...needed) * 10) / 10;
  return Math.max(leastSeconds, Math.min(longest, mostSeconds));
}
