import type { Preset } from './preset.ts';

/** Answers at once, with short answers: what remains is the time of the system under test. */
export const instant: Preset = {
  answers: { kind: 'hosted', timeToFirstTokenMs: () => 0, timePerOutputTokenMs: () => 0 },
  outputTokens: () => 64,
  embeddings: { kind: 'hosted', durationMs: () => 0 },
};
