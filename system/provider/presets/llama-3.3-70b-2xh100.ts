import { llama33On2H100 } from '../../policies/generation/llama-3.3-70b-2xh100.ts';
import { type Preset, ragPulseOutputTokens } from './preset.ts';

/**
 * Everything on machines of one's own: answers queue for the slots of Llama 3.3 70B on two H100, and embeddings share one server.
 */
export const llama33: Preset = {
  answers: { kind: 'batched', figures: llama33On2H100 },
  outputTokens: ragPulseOutputTokens,
  embeddings: {
    kind: 'shared',
    // Published for requests of 16 × 512 tokens: 1.2, 1.4, 3.5 and 12.1 s at 1, 8, 32 and 128 clients. That other sizes cost in
    // proportion, and never less than 64 tokens, is an assumption.
    figures: { requestTokens: 8192, minimumMs: 1200, baseMs: 700, perRequestMs: 87.5, leastTokens: 64 },
  },
};
