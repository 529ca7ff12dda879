import { describe, expect, test } from 'vitest';
import { createSharedServer } from '../../policies/generation/shared-server.ts';
import { randomStream } from '../../policies/random-stream.ts';
import { type ProviderPreset, presetNames, presets } from './index.ts';
import type { HostedAnswers, HostedEmbeddings, SharedEmbeddings } from './preset.ts';

const sampleCount = 100_000;

function quantilesOf(draw: () => number): (share: number) => number {
  const sorted = Float64Array.from({ length: sampleCount }, draw).sort();
  return (share) => sorted[Math.floor(share * sampleCount)] ?? Number.NaN;
}

/** Published time to first token in ms, by quantile, of every preset that draws it. */
const published: Record<Exclude<ProviderPreset, 'instant' | 'llama-3.3-70b-2xh100'>, Record<string, number>> = {
  'gpt-4o-mini': { '0.5': 536, '0.95': 844, '0.99': 4461 },
  'gpt-4o': { '0.5': 639, '0.95': 1144, '0.99': 4517 },
  'gemini-2.5-flash': { '0.5': 477, '0.95': 776, '0.99': 1309 },
  'sonnet-4.6': { '0.5': 941, '0.95': 2939, '0.99': 4787 },
};

describe.each(Object.entries(published))('%s', (name, expected) => {
  const preset = presets[name as ProviderPreset];
  const answers = preset.answers as HostedAnswers;

  test.each([1, 2, 3])('time to first token has the published quantiles within 10 %% (seed %i)', (seed) => {
    const stream = randomStream(seed, 'time to first token');
    const quantile = quantilesOf(() => answers.timeToFirstTokenMs(stream));
    for (const [share, publishedMs] of Object.entries(expected)) {
      expect(Math.abs(quantile(Number(share)) / publishedMs - 1), `p${Number(share) * 100}`).toBeLessThan(0.1);
    }
  });

  test('is positive everywhere', () => {
    const stream = randomStream(4, 'positive');
    for (let draw = 0; draw < 10_000; draw += 1) {
      expect(answers.timeToFirstTokenMs(stream)).toBeGreaterThan(0);
      expect(answers.timePerOutputTokenMs(stream)).toBeGreaterThan(0);
      expect((preset.embeddings as HostedEmbeddings).durationMs(stream)).toBeGreaterThan(0);
      expect(preset.outputTokens(stream)).toBeGreaterThanOrEqual(1);
    }
  });
});

test('answers are as long as those of RAGPulse', () => {
  const stream = randomStream(5, 'answers');
  const tokens = quantilesOf(() => presets['gpt-4o-mini'].outputTokens(stream));
  expect(Math.abs(tokens(0.5) / 234 - 1)).toBeLessThan(0.05);
  expect(Math.abs(tokens(0.95) / 670 - 1)).toBeLessThan(0.15);
});

test.each([
  ['gpt-4o-mini', 61],
  ['gpt-4o', 81],
  ['gemini-2.5-flash', 275],
  ['sonnet-4.6', 95.3],
] as const)('%s writes about %d tokens per second', (name, tokensPerSecond) => {
  const stream = randomStream(5, 'pace');
  const perTokenMs = quantilesOf(() => (presets[name].answers as HostedAnswers).timePerOutputTokenMs(stream));
  expect(Math.abs(1000 / perTokenMs(0.5) / tokensPerSecond - 1)).toBeLessThan(0.05);
});

test.each([
  [1, 1200],
  [8, 1400],
  [32, 3500],
  [128, 12_100],
])('a self-hosted embedding server serves %i clients in the published time within 10 %%', (clients, publishedMs) => {
  const server = createSharedServer((presets['llama-3.3-70b-2xh100'].embeddings as SharedEmbeddings).figures);
  let [nowMs, ended, sumMs] = [0, 0, 0];
  const ask = () => {
    const fromMs = nowMs;
    server.submit(
      16 * 512,
      () => {
        ended += 1;
        sumMs += nowMs - fromMs;
        ask();
      },
      nowMs,
    );
  };
  for (let client = 0; client < clients; client += 1) {
    ask();
  }
  while (ended < clients * 4) {
    nowMs = server.nextEventMs() ?? Number.NaN;
    server.advance(nowMs);
  }
  expect(Math.abs(sumMs / ended / publishedMs - 1)).toBeLessThan(0.1);
});

test('instant takes no time and every name has a preset', () => {
  const stream = randomStream(6, 'instant');
  const answers = presets.instant.answers as HostedAnswers;
  const embeddings = presets.instant.embeddings as HostedEmbeddings;
  expect([answers.timeToFirstTokenMs(stream), answers.timePerOutputTokenMs(stream), embeddings.durationMs(stream)]).toEqual([0, 0, 0]);
  expect(Object.keys(presets)).toEqual([...presetNames]);
});
