import type { CountHistogram } from './count-histogram.ts';

/** Keys that are asked once in the whole trace ("one-hit wonders"): what a cache keeps for nothing. */
export function askedOnce({ runs, keys, requests }: CountHistogram): { readonly keyShare: number; readonly requestShare: number } {
  const once = runs.find((run) => run.requests === 1)?.keys ?? 0;
  return { keyShare: once / keys, requestShare: once / requests };
}
