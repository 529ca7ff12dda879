import { bodyWithSpikes, lognormal, type Preset, ragPulseOutputTokens } from './preset.ts';

/**
 * GPT-4o as hosted. Published time to first token: p50 639, p95 1144, p99 4517 ms; fitted as `gpt-4o-mini` is:
 * σ = ln(1144 ÷ 639) ÷ 1.8465 = 0.315.
 */
const timeToFirstTokenMs = bodyWithSpikes({ medianMs: 633.9, sigma: 0.315 }, { medianMs: 4517, sigma: 0.4, share: 0.02 });

export const gpt4o: Preset = {
  answers: {
    kind: 'hosted',
    timeToFirstTokenMs,
    // Artificial Analysis on GPT-4o at OpenAI: 81 tokens per second after the first. The spread is that of a user's runs
    // (OpenAI community thread 768559): standard deviation 14.5 at a mean of 63.3 tokens per second.
    timePerOutputTokenMs: (stream) => lognormal(stream, 12.3, 0.23),
  },
  outputTokens: ragPulseOutputTokens,
  // The assumption of `gpt-4o-mini`.
  embeddings: { kind: 'hosted', durationMs: timeToFirstTokenMs },
};
