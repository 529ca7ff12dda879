import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../system/policies/random-stream.ts';
import { countHistogram, histogramOfCounts } from './count-histogram.ts';
import { driftOf } from './drift.ts';
import { askedOnce } from './once.ts';
import { requestsPerKey } from './requests-per-key.ts';
import { reuseOf } from './reuse.ts';
import { stackDistances } from './stack-distances.ts';
import { workingSetOf } from './working-set.ts';
import { harmonicOf, rankBlocks, sumOfLogRanks } from './zipf-law.ts';

describe('how often keys are asked', () => {
  it('is counted by key and by count', () => {
    const counts = requestsPerKey([0, 1, 0, 2, 0, 3], 4);
    expect([...counts]).toEqual([3, 1, 1, 1]);
    expect(histogramOfCounts(counts)).toEqual({
      runs: [
        { requests: 3, keys: 1 },
        { requests: 1, keys: 3 },
      ],
      keys: 4,
      requests: 6,
    });
    expect(askedOnce(histogramOfCounts(counts))).toEqual({ keyShare: 0.75, requestShare: 0.5 });
  });

  it('leaves out keys that were not asked', () => {
    expect(countHistogram([[0, 7]])).toEqual({ runs: [], keys: 0, requests: 0 });
  });
});

describe("the sums of Zipf's law", () => {
  it.each([0, 0.5, 1, 1.3])('agree with adding up one by one at exponent %s', (exponent) => {
    const harmonic = harmonicOf(exponent);
    let sum = 0;
    for (let rank = 1; rank <= 50_000; rank += 1) {
      sum += rank ** -exponent;
      if (rank === 7 || rank === 1000 || rank === 1001 || rank === 50_000) {
        expect(harmonic(rank) / sum).toBeCloseTo(1, 9);
      }
    }
  });

  it('add the logarithms of ranks', () => {
    const added = Array.from({ length: 95 }, (_, index) => Math.log(index + 6)).reduce((sum, each) => sum + each, 0);
    expect(sumOfLogRanks(5, 100)).toBeCloseTo(added, 6);
  });

  it('cover every rank once by blocks', () => {
    for (const count of [1, 49, 50, 1000, 12_345]) {
      let next = 1;
      for (const { rank, width } of rankBlocks(count)) {
        expect(rank).toBe(next);
        next += width;
      }
      expect(next).toBe(count + 1);
    }
  });
});

describe('reuse', () => {
  const keys = [0, 1, 2, 0, 0, 2, 3, 1];
  const times = Float64Array.from([0, 10, 20, 70, 80, 4000, 4010, 5000]);

  it('is told by distance and by time', () => {
    const { firstShare, medianDistance, buckets, repeatsWithin } = reuseOf(stackDistances(keys, 4), 1, keys, times);
    expect(firstShare).toBe(0.5);
    // Distances 1, 2, 3, 4.
    expect(medianDistance).toBe(2);
    expect(buckets).toEqual([
      { upTo: 1, share: 1 / 8 },
      { upTo: 2, share: 1 / 8 },
      { upTo: 4, share: 2 / 8 },
    ]);
    // Gaps 70, 10, 3,980 and 4,990 s.
    expect(repeatsWithin?.slice(0, 4)).toEqual([
      { seconds: 60, share: 0.25 },
      { seconds: 300, share: 0.5 },
      { seconds: 3600, share: 0.5 },
      { seconds: 21_600, share: 1 },
    ]);
  });

  it('scales the distances of a sample and knows no repeats where there are none', () => {
    expect(reuseOf(stackDistances(keys, 4), 0.5, keys, undefined).medianDistance).toBe(4);
    expect(reuseOf(stackDistances([0, 1, 2], 3), 1, [0, 1, 2], Float64Array.from([0, 1, 2]))).toMatchObject({
      firstShare: 1,
      medianDistance: undefined,
      buckets: [],
      repeatsWithin: undefined,
    });
  });
});

describe('drift', () => {
  it('is none where every window asks the same, and all where each asks something else', () => {
    const steady = Uint32Array.from({ length: 2000 }, (_, index) => index % 10);
    expect(driftOf(steady, randomStream(1, 'drift'))?.observed).toMatchObject({ topKept: 1, workingSetKept: 1 });
    const moving = Uint32Array.from({ length: 2000 }, (_, index) => Math.floor(index / 200) * 10 + (index % 10));
    const drift = driftOf(moving, randomStream(1, 'drift'));
    expect(drift?.observed).toEqual({ topKept: 0, workingSetKept: 0, rankChange: undefined });
    // In random order each window meets nearly all of the hundred keys.
    expect(drift?.shuffled.workingSetKept).toBeGreaterThan(0.7);
  });

  it('is not told of fewer than a hundred requests per window', () => {
    expect(driftOf(new Uint32Array(999), randomStream(1, 'drift'))).toBeUndefined();
  });
});

describe('the working set', () => {
  it('is counted per window and from the beginning', () => {
    const points = workingSetOf(
      Uint32Array.from({ length: 80 }, (_, index) => Math.floor(index / 4)),
      1,
      undefined,
    );
    expect(points).toHaveLength(40);
    expect(points.at(0)).toEqual({ requestShare: 1 / 40, seconds: undefined, distinct: 1, cumulative: 1 });
    expect(points.at(-1)).toEqual({ requestShare: 1, seconds: undefined, distinct: 1, cumulative: 20 });
  });

  it('is no longer than the trace', () => {
    expect(workingSetOf(Uint32Array.from([5, 5, 6]), 1, Float64Array.from([0, 1, 2]))).toHaveLength(3);
  });
});
