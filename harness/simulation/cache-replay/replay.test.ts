import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cachePolicies } from '../../../system/policies/caching/index.ts';
import { randomStream } from '../../../system/policies/random-stream.ts';
import { createZipf } from '../../corpus/zipf.ts';
import { stackDistances } from '../../measurement/workload/stack-distances.ts';
import { boundsOf } from './bounds.ts';
import { footprintOf, sizeVariationOf } from './footprint.ts';
import { lruCurve } from './lru-curve.ts';
import { intervalAround, leastSize, miniatureSize, ratiosOf } from './ratios.ts';
import { replay } from './replay.ts';
import { subsampleCount, subsampleOf, type Trace } from './trace.ts';
import { TraceCollector } from './trace-collector.ts';

interface Row {
  readonly key: number | string;
  readonly time?: number;
  readonly size?: number;
  readonly tokens?: number;
  readonly seconds?: number;
}

function traceOf(rows: readonly Row[], sampleRate = 1): Trace {
  const collector = new TraceCollector({ requestBudget: Number.POSITIVE_INFINITY, sampleRate });
  const has = (name: keyof Row) => rows.some((row) => row[name] !== undefined);
  collector.begin({ time: has('time'), size: has('size'), tokens: has('tokens'), seconds: has('seconds') });
  for (const { key, time = 0, size = 0, tokens = 0, seconds = 0 } of rows) {
    collector.addText(String(key), time, size, tokens, seconds);
  }
  return collector.finish();
}

const lru = (maximumEntries: number) => cachePolicies.lru.create<number>({ limits: { maximumEntries } });
const keyRows = fc.array(
  fc.nat(30).map((key) => ({ key })),
  { minLength: 1, maxLength: 300 },
);

describe('a replay', () => {
  const rows: Row[] = [
    { key: 'a', size: 10, tokens: 100, seconds: 1 },
    { key: 'b', size: 20, tokens: 200, seconds: 2 },
    { key: 'a', size: 10, tokens: 100, seconds: 1 },
    { key: 'c', size: 30, tokens: 300, seconds: 4 },
    { key: 'b', size: 20, tokens: 200, seconds: 2 },
    { key: 'a', size: 10, tokens: 100, seconds: 1 },
    { key: 'a', size: 10, tokens: 100, seconds: 1 },
  ];

  it('of LRU by two entries misses what it misses on paper, in every unit', () => {
    // a̲ b̲ a c̲(−b) b̲(−a) a̲(−c) a: five misses.
    const trace = traceOf(rows);
    const misses = replay(trace, lru(2));
    expect(misses).toEqual({ requests: 5, bytes: 10 + 20 + 30 + 20 + 10, tokens: 900, seconds: 1 + 2 + 4 + 2 + 1, slope: 0 });
    expect(ratiosOf(misses, trace)).toEqual({
      missRatio: 5 / 7,
      byteMissRatio: 90 / 110,
      tokenMissRatio: 900 / 1100,
      secondsMissRatio: 10 / 12,
    });
  });

  it('of LRU by 40 bytes counts sizes', () => {
    // a̲ b̲ a c̲(−b; a, c) b̲(−a, −c; b) a̲ a: five misses, the same number for another reason.
    const trace = traceOf(rows);
    expect(replay(trace, cachePolicies.lru.create<number>({ limits: { maximumBytes: 40 } }))).toMatchObject({ requests: 5 });
    // With room for b beside c only a goes: c̲(−b) is 30 + 10 of 50, b̲ takes a's place.
    expect(replay(trace, cachePolicies.lru.create<number>({ limits: { maximumBytes: 60 } }))).toMatchObject({ requests: 3 });
  });

  it('tells the time before every request', () => {
    const times: number[] = [];
    replay(
      traceOf([
        { key: 1, time: 5 },
        { key: 2, time: 6 },
        { key: 1, time: 9 },
      ]),
      lru(1),
      (seconds) => void times.push(seconds),
    );
    expect(times).toEqual([0, 1, 4]);
  });

  it('leaves out the ratios that the trace has no figures for', () => {
    const trace = traceOf([{ key: 1 }, { key: 1 }]);
    expect(ratiosOf(replay(trace, lru(1)), trace)).toEqual({ missRatio: 0.5 });
  });
});

describe('the curve of LRU', () => {
  it('is the replay of LRU at every size', () => {
    fc.assert(
      fc.property(keyRows, (rows) => {
        const trace = traceOf(rows);
        for (const { size, missRatio } of lruCurve(trace, stackDistances(trace.key, trace.keys), [])) {
          expect(missRatio).toBeCloseTo(replay(trace, lru(size)).requests / trace.requests, 12);
        }
      }),
    );
  });
});

describe('the bounds', () => {
  it('lie below every policy, by entries and by bytes', () => {
    const sized = fc.array(
      fc.nat(20).map((key) => ({ key, size: (key % 5) + 1, tokens: (key % 3) + 1 })),
      { minLength: 1, maxLength: 200 },
    );
    fc.assert(
      fc.property(sized, fc.integer({ min: 5, max: 30 }), (rows, size) => {
        const trace = traceOf(rows);
        for (const limit of ['entries', 'bytes'] as const) {
          const limits = limit === 'entries' ? { maximumEntries: size } : { maximumBytes: size };
          for (const bound of boundsOf({ limit, longestLifetimeSeconds: undefined })) {
            const least = bound.misses(trace, size);
            for (const policy of Object.values(cachePolicies)) {
              const misses = replay(trace, policy.create<number>({ limits }));
              expect(misses.requests).toBeGreaterThanOrEqual(least.requests - 1e-9);
              expect(misses.bytes).toBeGreaterThanOrEqual(least.bytes - 1e-9);
              expect(misses.tokens).toBeGreaterThanOrEqual(least.tokens - 1e-9);
            }
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('count no hit that the longest lifetime rules out', () => {
    const trace = traceOf([
      { key: 1, time: 0 },
      { key: 1, time: 5 },
      { key: 1, time: 30 },
    ]);
    const missesFor = (longestLifetimeSeconds: number | undefined) =>
      boundsOf({ limit: 'entries', longestLifetimeSeconds })[0]?.misses(trace, 1).requests;
    expect([missesFor(undefined), missesFor(26), missesFor(10), missesFor(5)]).toEqual([1, 1, 2, 3]);
  });
});

describe('what all keys take', () => {
  it('is the sum of their last sizes, scaled from a sample', () => {
    const trace = traceOf([
      { key: 1, size: 10 },
      { key: 2, size: 5 },
      { key: 1, size: 30 },
    ]);
    expect(footprintOf(trace)).toBe(35);
    expect(footprintOf({ ...trace, sampleRate: 0.5 })).toBe(70);
    expect(sizeVariationOf(Float64Array.from([1, 3]))).toBeCloseTo(0.5, 12);
    expect(sizeVariationOf(undefined)).toBe(0);
  });
});

describe('a sample of the keys', () => {
  const requests = 60_000;
  const sampleRate = 0.25;

  /** Zipf over 20,000 keys, and a share that never repeats. */
  function synthetic(seed: number, neverRepeated: number): Row[] {
    const random = randomStream(seed, 'sampled-replay');
    const zipf = createZipf(12_000, 0.9);
    return Array.from({ length: requests }, (_, index) => ({
      key: random.uniform() < neverRepeated ? `once ${index}` : `${seed} ${zipf.rankAt(random.uniform())}`,
    }));
  }

  it.each([
    ['no key that never repeats', 0],
    ['a third of keys that never repeat', 0.33],
  ])('gives miss ratios within its stated error, with %s', { timeout: 120_000 }, (_name, neverRepeated) => {
    const size = 1000;
    let within = 0;
    let judged = 0;
    for (const seed of [1, 2, 3]) {
      const rows = synthetic(seed, neverRepeated);
      const whole = traceOf(rows);
      const sample = traceOf(rows, sampleRate);
      expect(size).toBeGreaterThanOrEqual(leastSize(sample.sampleRate));
      const parts = Array.from({ length: subsampleCount }, (__, place) => subsampleOf(sample, place));
      for (const policy of [cachePolicies.lru, cachePolicies['s3-fifo'], cachePolicies.fifo]) {
        const ratioOf = (trace: Trace) =>
          ratiosOf(replay(trace, policy.create<number>({ limits: { maximumEntries: miniatureSize(size, trace.sampleRate) } })), trace)
            .missRatio;
        const exact = ratioOf(whole);
        const estimate = ratioOf(sample);
        const { low, high } = intervalAround(estimate, parts.map(ratioOf));
        judged += 1;
        within += low <= exact && exact <= high ? 1 : 0;
        // The error is stated, and it is small enough to be of use.
        expect(high - low).toBeLessThan(0.12);
        expect(Math.abs(estimate - exact)).toBeLessThan(0.05);
      }
      const curve = lruCurve(sample, stackDistances(sample.key, sample.keys), parts);
      const distances = stackDistances(whole.key, whole.keys);
      const exactAt = (at: number) => distances.filter((distance) => distance === -1 || distance > at).length / whole.requests;
      const inside = curve.filter(
        ({ size: at, interval }) => interval !== undefined && interval.low <= exactAt(at) && exactAt(at) <= interval.high,
      );
      judged += 1;
      within += inside.length / curve.length > 0.5 ? 1 : 0;
    }
    expect(within).toBeGreaterThanOrEqual(judged - 3);
  });

  it('says the smallest size that it can stand for', () => {
    expect(leastSize(1)).toBe(1);
    expect(leastSize(0.01)).toBe(6400);
    expect(miniatureSize(6400, 0.01)).toBe(64);
  });
});
