import type { RandomStream } from '../../policies/random-stream.ts';

/** Timing of one provider. Every function draws from the stream that it is given and from nothing else. */
export interface Preset {
  /** From the request's arrival to the first token of an answer, ms. */
  timeToFirstTokenMs(stream: RandomStream): number;
  /** Between two tokens, ms; one draw holds for a whole answer. */
  timePerOutputTokenMs(stream: RandomStream): number;
  /** How many tokens long the model would make an answer, at least 1. */
  outputTokens(stream: RandomStream): number;
  /** From the arrival of an embeddings request to its answer, ms. */
  embeddingMs(stream: RandomStream): number;
}

/** Lognormal by its median and the standard deviation of its logarithm. */
export function lognormal(stream: RandomStream, median: number, sigma: number): number {
  return median * Math.exp(sigma * stream.normal());
}
