import { describe, expect, it } from 'vitest';
import type { CacheReplayPoint, WorkloadLenses } from '../../contract/cache-replay.ts';
import { findingsOf, type Replayed } from './findings.ts';

const quiet: WorkloadLenses = {
  ranks: [],
  once: { keyShare: 0.05, requestShare: 0.01 },
  reuse: { firstShare: 0.1, medianDistance: 5000, buckets: [] },
  workingSet: [],
};

function replayed(missRatios: Record<string, number>, lenses: Partial<WorkloadLenses>, more: Partial<Replayed> = {}): Replayed {
  const points = (missRatio: number): CacheReplayPoint[] => [{ size: 100, missRatio }];
  const { belady = 0.2, ...policies } = missRatios;
  return {
    policies: Object.entries(policies).map(([id, missRatio]) => ({ id, title: id, source: '', points: points(missRatio) })),
    bounds: [{ id: 'belady', title: 'Belady', exact: true, note: '', points: points(belady) }],
    lenses: { ...quiet, ...lenses },
    limit: 'entries',
    comparedSize: 100,
    sizeBytes: undefined,
    subsamples: {},
    ...more,
  };
}

const oneHit = { once: { keyShare: 0.6, requestShare: 0.3 } };
const find = (input: Replayed, rule: string) => findingsOf(input).find((finding) => finding.rule === rule);

describe('why a policy wins', () => {
  it('names probation where keys are asked once and probation pays', () => {
    expect(find(replayed({ lru: 0.5, fifo: 0.52, 's3-fifo': 0.4 }, oneHit), 'probation')).toEqual({
      rule: 'probation',
      agrees: true,
      policy: 's3-fifo',
      rival: 'lru',
      difference: expect.closeTo(0.1, 12),
      evidence: 0.6,
    });
  });

  it('says so where it does not pay, and nothing where the lens is weak or a side was not replayed', () => {
    expect(find(replayed({ lru: 0.4, 's3-fifo': 0.5 }, oneHit), 'probation')).toMatchObject({
      agrees: false,
      difference: expect.closeTo(-0.1, 12),
    });
    expect(find(replayed({ lru: 0.404, 's3-fifo': 0.4 }, oneHit), 'probation')).toMatchObject({ agrees: false });
    expect(find(replayed({ lru: 0.5, 's3-fifo': 0.4 }, {}), 'probation')).toBeUndefined();
    expect(find(replayed({ 's3-fifo': 0.4 }, oneHit), 'probation')).toBeUndefined();
  });

  it('doubts a difference that the subsamples do not share', () => {
    const lru = [0.5, 0.7, 0.3, 0.5, 0.6, 0.4, 0.5, 0.5];
    const sampled = (shift: readonly number[]) =>
      find(
        replayed({ lru: 0.5, 's3-fifo': 0.45 }, oneHit, {
          subsamples: { lru, 's3-fifo': lru.map((ratio, place) => ratio - (shift[place] ?? 0)) },
        }),
        'probation',
      );
    // Ratios that differ widely, in step: the difference is certain though each ratio is not.
    expect(sampled([0.05, 0.05, 0.06, 0.04, 0.05, 0.05, 0.05, 0.05])).toMatchObject({ agrees: true });
    expect(sampled([0.3, -0.2, 0.2, -0.2, 0.3, -0.1, 0.1, 0])).toMatchObject({ agrees: false });
  });

  it('tells drift from steady popularity', () => {
    const turnover = (topKept: number) => ({
      drift: {
        windows: 10,
        requestsPerWindow: 1000,
        topKeys: 100,
        observed: { topKept, workingSetKept: 0.5 },
        shuffled: { topKept: 0.8, workingSetKept: 0.5 },
      },
      popularity: {
        exponent: 0.9,
        interval: { low: 0.8, high: 1, confidence: 0.95 },
        population: 1000,
        kolmogorovSmirnov: 0.01,
        pValue: 0.5,
        bootstraps: 199,
        expectedOnceShare: 0.1,
      },
    });
    const ratios = { lru: 0.5, lfu: 0.6, 'w-tinylfu': 0.42 };
    expect(find(replayed(ratios, turnover(0.2)), 'drift')).toMatchObject({
      agrees: true,
      policy: 'w-tinylfu',
      rival: 'lfu',
      evidence: 0.75,
    });
    expect(find(replayed(ratios, turnover(0.2)), 'frequency')).toBeUndefined();
    expect(find(replayed(ratios, turnover(0.78)), 'frequency')).toMatchObject({ agrees: true, policy: 'w-tinylfu', rival: 'lru' });
    expect(find(replayed(ratios, turnover(0.78)), 'drift')).toBeUndefined();
    // Between the two nothing is expected.
    expect(find(replayed(ratios, turnover(0.64)), 'frequency')).toBeUndefined();
  });

  it('tells loops, recency and first requests', () => {
    const loop = { reuse: { firstShare: 0.05, medianDistance: 150, buckets: [{ upTo: 256, share: 0.6 }] } };
    expect(find(replayed({ lru: 0.95, lirs: 0.5 }, loop), 'loop')).toMatchObject({
      agrees: true,
      policy: 'lirs',
      rival: 'lru',
      evidence: 0.6,
    });
    const near = { reuse: { firstShare: 0.3, medianDistance: 20, buckets: [{ upTo: 32, share: 0.6 }] } };
    expect(find(replayed({ lru: 0.33, belady: 0.31 }, near), 'recency')).toMatchObject({
      agrees: true,
      difference: expect.closeTo(0.02, 12),
    });
    expect(find(replayed({ lru: 0.6, belady: 0.31 }, near), 'recency')).toMatchObject({ agrees: false });
    expect(find(replayed({ lru: 0.33 }, near), 'first-requests')).toMatchObject({
      agrees: true,
      evidence: 0.3,
      difference: expect.closeTo(0.03, 12),
    });
    expect(find(replayed({ lru: 0.9 }, near), 'first-requests')).toMatchObject({ agrees: false });
  });

  it('tells what sizes do where bytes are limited', () => {
    const sized = { limit: 'bytes' as const, sizeBytes: Float64Array.from([1, 100, 1, 100]) };
    expect(find(replayed({ lru: 0.5, gdsf: 0.3 }, {}, sized), 'size-aware')).toMatchObject({ agrees: true, policy: 'gdsf', rival: 'lru' });
    expect(find(replayed({ lru: 0.5, gdsf: 0.3 }, {}, { ...sized, sizeBytes: Float64Array.from([5, 5]) }), 'size-aware')).toBeUndefined();
  });
});
