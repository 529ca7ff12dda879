import { describe, expect, it } from 'vitest';
import { randomStream } from '../../system/policies/random-stream.ts';
import { fanOutOf, requestsOf, type ScatteredSearch, scatteredOf } from './fan-out.ts';

const search = (shardsMs: readonly number[] | undefined, asked = shardsMs?.length ?? 1): ScatteredSearch => ({
  asked,
  answered: shardsMs?.length ?? asked,
  shardsMs,
  responseBytes: 100,
  reranked: false,
});

describe('fanOutOf', () => {
  const random = randomStream(3, 'fan-out');
  const draw = () => 1 + 9 * random.uniform();
  const independent = Array.from({ length: 4000 }, () => search([draw(), draw(), draw()]));

  it('predicts the slowest of independent shards from the times of single ones', () => {
    const found = fanOutOf({ variant: 'three', searches: independent }, undefined);
    expect(found?.asked).toBe(3);
    expect(found?.oneShardMs.sampleCount).toBe(12_000);
    const [prediction] = found?.predictions ?? [];
    for (const key of ['mean', 'p50', 'p95'] as const) {
      expect((prediction?.slowestMs[key] ?? 0) / (found?.slowestMs[key] ?? 1)).toBeCloseTo(1, 1);
    }
  });

  it('overestimates shards that are slow together', () => {
    const together = Array.from({ length: 2000 }, draw).map((ms) => search([ms, ms, ms]));
    const found = fanOutOf({ variant: 'three', searches: together }, undefined);
    expect(found?.predictions[0]?.slowestMs.p50 ?? 0).toBeGreaterThan((found?.slowestMs.p50 ?? 0) * 1.2);
  });

  it('predicts from the baseline too, and nothing where only one shard is asked', () => {
    const one = { variant: 'single', searches: Array.from({ length: 50 }, (_, index) => search([index])) };
    const found = fanOutOf({ variant: 'three', searches: independent }, one);
    expect(found?.predictions.map(({ from, variant }) => `${from} ${variant}`)).toEqual(['shards three', 'baseline single']);
    expect(fanOutOf(one, one)?.predictions).toEqual([]);
  });

  it('leaves out searches that are not whole, and has nothing to say without times', () => {
    const partial = search([5, 6], 3);
    expect(fanOutOf({ variant: 'three', searches: [...independent, partial] }, undefined)?.slowestMs.sampleCount).toBe(4000);
    expect(fanOutOf({ variant: 'three', searches: [partial, search(undefined)] }, undefined)).toBeUndefined();
  });
});

it('takes an answer without hits for one that nobody had to rank', () => {
  const evidence = {
    request_id: 'r',
    index_version: 'documents',
    applied_sequence: 1,
    cache_tier: 'none' as const,
    stages: [{ stage: 'rerank' as const, duration_ms: 0.01 }],
    total_ms: 1,
    shards: { asked: 1, answered: 1 },
    degraded: false,
    degraded_reason: null,
  };
  expect(scatteredOf({ hits: [], evidence, body: '{}' }).reranked).toBe(false);
});

it('counts the requests of a search by hop', () => {
  expect(requestsOf(search([1, 2, 3]))).toBe(6);
  expect(requestsOf({ ...search([1]), reranked: true })).toBe(5);
});
