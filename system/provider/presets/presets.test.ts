import { describe, expect, test } from 'vitest';
import { randomStream } from '../../policies/random-stream.ts';
import { type ProviderPreset, presetNames, presets } from './index.ts';

const sampleCount = 100_000;

function quantilesOf(draw: () => number): (share: number) => number {
  const sorted = Float64Array.from({ length: sampleCount }, draw).sort();
  return (share) => sorted[Math.floor(share * sampleCount)] ?? Number.NaN;
}

/** Published time to first token in ms, by quantile. */
const published: Record<Exclude<ProviderPreset, 'instant'>, Record<string, number>> = {
  'gpt-4o-mini': { '0.5': 536, '0.95': 844, '0.99': 4461 },
};

describe.each(Object.entries(published))('%s', (name, expected) => {
  const preset = presets[name as ProviderPreset];

  test.each([1, 2, 3])('time to first token has the published quantiles within 10 %% (seed %i)', (seed) => {
    const stream = randomStream(seed, 'time to first token');
    const quantile = quantilesOf(() => preset.timeToFirstTokenMs(stream));
    for (const [share, publishedMs] of Object.entries(expected)) {
      expect(Math.abs(quantile(Number(share)) / publishedMs - 1), `p${Number(share) * 100}`).toBeLessThan(0.1);
    }
  });

  test('is positive everywhere', () => {
    const stream = randomStream(4, 'positive');
    for (let draw = 0; draw < 10_000; draw += 1) {
      expect(preset.timeToFirstTokenMs(stream)).toBeGreaterThan(0);
      expect(preset.timePerOutputTokenMs(stream)).toBeGreaterThan(0);
      expect(preset.embeddingMs(stream)).toBeGreaterThan(0);
      expect(preset.outputTokens(stream)).toBeGreaterThanOrEqual(1);
    }
  });
});

test('gpt-4o-mini writes answers as long as those of RAGPulse and about 61 tokens per second', () => {
  const stream = randomStream(5, 'answers');
  const tokens = quantilesOf(() => presets['gpt-4o-mini'].outputTokens(stream));
  expect(Math.abs(tokens(0.5) / 234 - 1)).toBeLessThan(0.05);
  expect(Math.abs(tokens(0.95) / 670 - 1)).toBeLessThan(0.15);
  const perToken = quantilesOf(() => presets['gpt-4o-mini'].timePerOutputTokenMs(stream));
  expect(1000 / perToken(0.5)).toBeGreaterThan(58);
  expect(1000 / perToken(0.5)).toBeLessThan(64);
});

test('instant takes no time and every name has a preset', () => {
  const stream = randomStream(6, 'instant');
  const { instant } = presets;
  expect([instant.timeToFirstTokenMs(stream), instant.timePerOutputTokenMs(stream), instant.embeddingMs(stream)]).toEqual([0, 0, 0]);
  expect(Object.keys(presets)).toEqual([...presetNames]);
});
