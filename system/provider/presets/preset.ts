import type { EngineFigures } from '../../policies/generation/batch-engine.ts';
import type { SharedServerFigures } from '../../policies/generation/shared-server.ts';
import type { RandomStream } from '../../policies/random-stream.ts';

/** Each answer has a pace of its own, whoever else asks; the functions draw from the stream that they are given alone. */
export interface HostedAnswers {
  readonly kind: 'hosted';
  /** From the request's arrival to the first token of an answer, ms. */
  timeToFirstTokenMs(stream: RandomStream): number;
  /** Between two tokens, ms; one draw holds for a whole answer. */
  timePerOutputTokenMs(stream: RandomStream): number;
}

/** All answers share the slots of one engine. */
export interface BatchedAnswers {
  readonly kind: 'batched';
  readonly figures: EngineFigures;
}

export interface HostedEmbeddings {
  readonly kind: 'hosted';
  /** From the arrival of an embeddings request to its answer, ms. */
  readonly durationMs: (stream: RandomStream) => number;
}

/** All requests share one server. */
export interface SharedEmbeddings {
  readonly kind: 'shared';
  readonly figures: SharedServerFigures;
}

/** Timing of one provider. */
export interface Preset {
  readonly answers: HostedAnswers | BatchedAnswers;
  /** How many tokens long the model would make an answer, at least 1. */
  outputTokens(stream: RandomStream): number;
  readonly embeddings: HostedEmbeddings | SharedEmbeddings;
}

/** Lognormal by its median and the standard deviation of its logarithm. */
export function lognormal(stream: RandomStream, median: number, sigma: number): number {
  return median * Math.exp(sigma * stream.normal());
}

interface Lognormal {
  readonly medianMs: number;
  readonly sigma: number;
}

/**
 * A lognormal body with a share of spikes, which are lognormal too: one lognormal that fits the median and p95 of a hosted model
 * puts its p99 up to four times too low.
 */
export function bodyWithSpikes(body: Lognormal, spike: Lognormal & { readonly share: number }): (stream: RandomStream) => number {
  return (stream) => {
    const { medianMs, sigma } = stream.uniform() < spike.share ? spike : body;
    return lognormal(stream, medianMs, sigma);
  };
}

/** Answers of RAGPulse (MIT), a week of a university's question service: p50 234, p5 66, p95 670 tokens. */
export const ragPulseOutputTokens: Preset['outputTokens'] = (stream) =>
  Math.min(4096, Math.max(1, Math.round(lognormal(stream, 234, 0.7))));
