import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../system/api/evidence.ts';
import type { Answer } from './answers.ts';
import { askSeconds, asksOf } from './ask-answers.ts';
import { askMetrics, timeoutRatio } from './ask-metrics.ts';
import type { Outcome } from './history.ts';

type Stage = Evidence['stages'][number]['stage'];

interface Given {
  readonly kind?: 'search' | 'ask' | 'ask-stream';
  readonly tier?: Evidence['cache_tier'];
  readonly stages?: Partial<Record<Stage, number>>;
  readonly intendedMs?: number;
  readonly responseMs?: number;
  readonly stream?: Outcome['stream'];
}

function answer({ kind = 'ask', tier = 'none', stages = {}, intendedMs = 0, responseMs = 10, stream }: Given): Answer {
  const evidence = {
    cache_tier: tier,
    stages: Object.entries(stages).map(([stage, duration_ms]) => ({ stage, duration_ms })),
  } as unknown as Evidence;
  const outcome = {
    id: 'x',
    job: 0,
    kind,
    intendedUs: intendedMs * 1000,
    doneUs: (intendedMs + responseMs) * 1000,
    type: 'ok',
    ...(stream === undefined ? {} : { stream }),
  } as const;
  return { outcome, intent: { kind } as Answer['intent'], hits: [], evidence, text: undefined, usage: undefined };
}

const hit = answer({ tier: 'redis', stages: { cache: 2 }, responseMs: 4 });
const shared = answer({ stages: { cache: 900 }, responseMs: 905 });
const miss = answer({ stages: { cache: 1, embed: 100, search: 5, generate: 800 }, responseMs: 910 });

describe('asks', () => {
  it('are hits, misses, or shared with another one, and no searches', () => {
    const asks = asksOf([hit, shared, miss, answer({ kind: 'search' })]);
    expect(asks.map(({ origin }) => origin)).toEqual(['hit', 'shared', 'miss']);
    expect(asks.map(({ generateMs, embedMs }) => [generateMs, embedMs])).toEqual([
      [0, 0],
      [0, 0],
      [800, 100],
    ]);
  });

  it('tell when the first event of a stream came and whether all four states came in order', () => {
    const states = ['processing', 'retrieved', 'generating', 'completed'];
    const streamed = (given: string[]) =>
      asksOf([
        answer({
          kind: 'ask-stream',
          intendedMs: 1000,
          stream: { firstTokenUs: 1_500_000, firstEventUs: 1_004_000, tokens: 3, states: given },
        }),
      ])[0]?.stream;
    expect(streamed(states)).toEqual({ firstEventMs: 4, isInOrder: true });
    for (const wrong of [
      states.toReversed(),
      states.slice(1),
      [...states, 'completed'],
      ['processing', 'generating', 'retrieved', 'completed'],
    ]) {
      expect(streamed(wrong)?.isInOrder).toBe(false);
    }
    expect(asksOf([miss])[0]).not.toHaveProperty('stream');
  });

  it('count by the second in which they were due', () => {
    const seconds = askSeconds([
      answer({ intendedMs: 0, responseMs: 5 }),
      answer({ intendedMs: 999, responseMs: 15 }),
      answer({ intendedMs: 1000, responseMs: 1 }),
      answer({ kind: 'search', intendedMs: 1000, responseMs: 7 }),
    ]);
    expect([...seconds]).toEqual([
      [0, { p50: 5_000, p95: 15_000, p99: 15_000, sampleCount: 2 }],
      [1, { p50: 1_000, p95: 1_000, p99: 1_000, sampleCount: 1 }],
    ]);
  });
});

describe('metrics of asks', () => {
  const values = (asks: ReturnType<typeof asksOf>) =>
    Object.fromEntries(askMetrics([{ quality: { asks } as unknown as Parameters<typeof askMetrics>[0][number]['quality'] }]));

  it('are ratios over all of them, times of hits alone, and own time without the provider and without shared ones', () => {
    const many = (each: Answer, count: number) => Array.from({ length: count }, () => each);
    const found = values(asksOf([...many(hit, 50), ...many(shared, 10), ...many(miss, 40)]));
    expect(found['answer-hit-ratio']).toMatchObject({ value: 0.5, sampleCount: 100, unit: 'share' });
    expect(found['answer-shared-ratio']?.value).toBe(0.1);
    expect(found['hit-response-p50']).toMatchObject({ value: 4, sampleCount: 50 });
    expect(found['miss-response-mean']?.value).toBe(910);
    expect(found['ask-own-p95']).toMatchObject({ value: 10, sampleCount: 90 });
    expect(found['generate-share']?.value).toBeCloseTo((40 * 800) / (50 * 4 + 10 * 905 + 40 * 910), 12);
    expect(found['time-to-first-event-p50']).toBeUndefined();
  });

  it('are absent where nobody asked, and without a sample beyond the percentile', () => {
    expect(values([])).toEqual({});
    const few = values(asksOf([hit, miss]));
    expect(few['hit-response-p95']).toBeUndefined();
    expect(few['ask-own-p95']).toBeUndefined();
    expect(values(asksOf([hit]))['miss-response-mean']).toBeUndefined();
  });
});

describe('the ratio of timeouts', () => {
  it('counts stalled streams among them, over every job that was issued', () => {
    const observation = (failed: object) =>
      ({ steady: { issued: 100, succeeded: 90, failed } }) as unknown as Parameters<typeof timeoutRatio>[0][number];
    expect(timeoutRatio([observation({ timeout: 3, 'stalled-stream': 2, reset: 5 }), observation({ dropped: 1 })])[1]).toMatchObject({
      value: 0.025,
      sampleCount: 200,
    });
    expect(timeoutRatio([])[1]).toBeUndefined();
  });
});
