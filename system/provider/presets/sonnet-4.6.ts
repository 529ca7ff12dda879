import { bodyWithSpikes, lognormal, type Preset, ragPulseOutputTokens } from './preset.ts';

/**
 * Claude Sonnet 4.6 as hosted. Published time to first token: p50 941, p95 2939, p99 4787 ms. The body is so wide that it
 * reaches the published p99 almost by itself: with 1 % of spikes of median 3950 ms, a fifth of them below p95, the body keeps
 * 4.2 % above p95 (z = 1.725) and 0.7 % above p99, and σ = ln(2939 ÷ 941) ÷ (1.725 − 0.013) = 0.665.
 */
const timeToFirstTokenMs = bodyWithSpikes({ medianMs: 933, sigma: 0.665 }, { medianMs: 3950, sigma: 0.4, share: 0.01 });

export const sonnet46: Preset = {
  answers: {
    kind: 'hosted',
    timeToFirstTokenMs,
    // BridgeBench's speed test of this model: a median of 95.3 tokens per second, its kinds of task between 48.8 and 101.4.
    timePerOutputTokenMs: (stream) => lognormal(stream, 10.5, 0.25),
  },
  outputTokens: ragPulseOutputTokens,
  // The assumption of `gpt-4o-mini`.
  embeddings: { kind: 'hosted', durationMs: timeToFirstTokenMs },
};
