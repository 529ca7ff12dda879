import type { Response } from 'express';
import { createSharedServer } from '../policies/generation/shared-server.ts';
import type { RandomStream } from '../policies/random-stream.ts';
import { occupy } from './occupy.ts';
import type { HostedEmbeddings, Preset, SharedEmbeddings } from './presets/preset.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { runRule } from './timed-rule.ts';

export interface EmbeddingTime {
  /** Resolves when the vectors would be there: to false when the caller has left before. */
  pass(response: Response, arrivedMs: number, tokens: number): Promise<boolean>;
}

function hosted({ durationMs }: HostedEmbeddings, clock: SimulatedClock, stream: RandomStream): EmbeddingTime {
  // Requests are worked on in the order of their arrival, so the n-th takes the same time in every run.
  return { pass: (response, arrivedMs) => occupy(response, clock, arrivedMs + durationMs(stream)) };
}

function shared({ figures }: SharedEmbeddings, clock: SimulatedClock): EmbeddingTime {
  const server = createSharedServer(figures);
  const rearm = runRule(server, clock, () => {});
  return {
    pass: (response, arrivedMs, tokens) =>
      response.destroyed
        ? Promise.resolve(false)
        : new Promise((resolve) => {
            const leave = () => {
              takeBack(clock.nowMs());
              rearm();
              resolve(false);
            };
            const end = () => {
              response.off('close', leave);
              resolve(true);
            };
            const takeBack = server.submit(tokens, end, arrivedMs);
            response.once('close', leave);
            rearm();
          }),
  };
}

export function embeddingTimeOf({ embeddings }: Preset, clock: SimulatedClock, stream: RandomStream): EmbeddingTime {
  return embeddings.kind === 'hosted' ? hosted(embeddings, clock, stream) : shared(embeddings, clock);
}
