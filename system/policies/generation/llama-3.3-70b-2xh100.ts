import type { EngineFigures } from './batch-engine.ts';

/** What was measured at one number of clients, each of which asks again as soon as it has its answer. */
export interface ConcurrencyRow {
  readonly concurrency: number;
  readonly timeToFirstTokenMs: number;
  readonly interTokenMs: number;
  /** Output tokens of all clients together. */
  readonly tokensPerSecond: number;
}

/** Llama 3.3 70B on two H100 as published: means at each number of clients, 5000 tokens in and 500 out. */
export const publishedRows: readonly ConcurrencyRow[] = [
  { concurrency: 1, timeToFirstTokenMs: 407, interTokenMs: 18.6, tokensPerSecond: 52 },
  { concurrency: 5, timeToFirstTokenMs: 547, interTokenMs: 21.8, tokensPerSecond: 218 },
  { concurrency: 25, timeToFirstTokenMs: 689, interTokenMs: 38.8, tokensPerSecond: 623 },
  { concurrency: 50, timeToFirstTokenMs: 835, interTokenMs: 59.7, tokensPerSecond: 814 },
  { concurrency: 100, timeToFirstTokenMs: 7996, interTokenMs: 92.9, tokensPerSecond: 917 },
  { concurrency: 250, timeToFirstTokenMs: 88_605, interTokenMs: 93.2, tokensPerSecond: 920 },
];
export const publishedLengths = { promptTokens: 5000, outputTokens: 500 } as const;

/**
 * Fitted to the rows above. Between tokens pass 17.7 + 0.86 × batch ms. Of the 0.86, 5000 × 0.08 ÷ 500 = 0.8 is reading prompts
 * (alone, a prompt of 5000 tokens takes about 400 ms) and 0.06 is writing. Shorter prompts slow the others down less: Oracle's
 * benchmark of the same model (480 tokens in, 300 out) has 28.0 ms at 64 clients, this rule says 29.7. From 5 to 50 clients the
 * first token comes later by 7 iterations: 5000 tokens in pieces of 768. At saturation 1.84 answers a second, each 47 s in its
 * slot, are 87 slots.
 */
export const llama33On2H100: EngineFigures = {
  slots: 87,
  iterationBaseMs: 17.7,
  iterationPerAnswerMs: 0.06,
  prefillMsPerToken: 0.08,
  prefillChunkTokens: 768,
};
