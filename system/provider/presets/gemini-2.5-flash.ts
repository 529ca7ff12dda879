import { bodyWithSpikes, lognormal, type Preset, ragPulseOutputTokens } from './preset.ts';

/**
 * Gemini 2.5 Flash as hosted, without thinking. Published time to first token: p50 477, p95 776, p99 1309 ms; fitted as
 * `gpt-4o-mini` is: σ = ln(776 ÷ 477) ÷ 1.8465 = 0.264. Its spikes are mild.
 */
const timeToFirstTokenMs = bodyWithSpikes({ medianMs: 473.8, sigma: 0.264 }, { medianMs: 1309, sigma: 0.4, share: 0.02 });

export const gemini25Flash: Preset = {
  answers: {
    kind: 'hosted',
    timeToFirstTokenMs,
    // Artificial Analysis on the preview of September 2025: a median of 275 tokens per second. The spread is an assumption.
    timePerOutputTokenMs: (stream) => lognormal(stream, 3.64, 0.2),
  },
  outputTokens: ragPulseOutputTokens,
  // The assumption of `gpt-4o-mini`.
  embeddings: { kind: 'hosted', durationMs: timeToFirstTokenMs },
};
