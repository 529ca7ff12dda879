import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subsampleCount, subsampleOf, type Trace } from './trace.ts';
import { TraceCollector } from './trace-collector.ts';

const everyColumn = { time: true, size: true, tokens: true, seconds: true };

function collected(keys: readonly number[], options: { requestBudget?: number; sampleRate?: number; as?: 'text' | 'bits' } = {}): Trace {
  const collector = new TraceCollector({
    requestBudget: options.requestBudget ?? Number.POSITIVE_INFINITY,
    sampleRate: options.sampleRate ?? 1,
  });
  collector.begin(everyColumn);
  for (const [index, key] of keys.entries()) {
    if (options.as === 'bits') {
      collector.addBits(key, key * 3, 100 + index, key + 1, 2, 0.5);
    } else {
      collector.addText(`key ${key}`, 100 + index, key + 1, 2, 0.5);
    }
  }
  return collector.finish();
}

const keyLists = fc.array(fc.nat(5000), { minLength: 1, maxLength: 3000, size: 'max' });

describe('the collector of a trace', () => {
  it('holds a whole trace as it came', () => {
    expect(collected([7, 9, 7])).toEqual({
      requests: 3,
      keys: 2,
      key: Uint32Array.from([0, 1, 0]),
      timeSeconds: Float64Array.from([0, 1, 2]),
      sizeBytes: Float64Array.from([8, 10, 8]),
      tokens: Float64Array.from([2, 2, 2]),
      seconds: Float64Array.from([0.5, 0.5, 0.5]),
      subsample: expect.any(Uint8Array),
      sampleRate: 1,
      totals: { requests: 3, bytes: 26, tokens: 6, seconds: 1.5 },
      spanSeconds: 2,
    });
  });

  it.each(['text', 'bits'] as const)(
    'holds, with keys as %s, every request of the keys that it samples, whatever the budget made of the rate',
    (as) => {
      fc.assert(
        fc.property(keyLists, fc.integer({ min: 20, max: 400 }), (keys, requestBudget) => {
          const bounded = collected(keys, { requestBudget, as });
          expect(bounded.requests).toBeLessThanOrEqual(requestBudget);
          // What a smaller share from the beginning would have held is what is left.
          const asked = collected(keys, { sampleRate: bounded.sampleRate, as });
          expect([...bounded.key]).toEqual([...asked.key]);
          expect(bounded).toEqual({ ...asked, key: bounded.key });
          // Sizes tell the keys, so that it can be seen from outside which were held, and that all their requests are.
          const held = new Set([...(bounded.sizeBytes ?? [])].map((size) => size - 1));
          const expected = keys.flatMap((key, index) => (held.has(key) ? [index] : []));
          const from = expected.length === 0 ? 0 : 100;
          expect([...(bounded.timeSeconds ?? [])].map((time) => Math.round(time + from - from))).toEqual(expected);
          expect(bounded.totals.requests).toBe(keys.length);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('holds about as many keys as the rate says', () => {
    const trace = collected(
      Array.from({ length: 40_000 }, (_, index) => index),
      { sampleRate: 0.1 },
    );
    // Six standard deviations of a binomial number.
    expect(Math.abs(trace.keys - 4000)).toBeLessThan(6 * Math.sqrt(4000 * 0.9));
  });

  it('gives every key to one of the subsamples, evenly', () => {
    const trace = collected(
      Array.from({ length: 16_000 }, (_, index) => index % 8000),
      { sampleRate: 0.5 },
    );
    const parts = Array.from({ length: subsampleCount }, (_, place) => subsampleOf(trace, place));
    expect(parts.reduce((sum, { requests }) => sum + requests, 0)).toBe(trace.requests);
    expect(parts.reduce((sum, { keys }) => sum + keys, 0)).toBe(trace.keys);
    for (const part of parts) {
      expect(part.sampleRate).toBeCloseTo(0.5 / subsampleCount, 12);
      expect(Math.abs(part.keys - trace.keys / subsampleCount)).toBeLessThan(6 * Math.sqrt(trace.keys / subsampleCount));
      expect(Math.max(...part.key)).toBe(part.keys - 1);
    }
    const ascending = (sizes: readonly number[]) => sizes.toSorted((a, b) => a - b);
    expect(ascending(parts.flatMap(({ sizeBytes }) => [...(sizeBytes ?? [])]))).toEqual(ascending([...(trace.sizeBytes ?? [])]));
  });

  it.each([
    [{ requestBudget: 0, sampleRate: 1 }],
    [{ requestBudget: 10, sampleRate: 0 }],
    [{ requestBudget: 10, sampleRate: 1.1 }],
    [{ requestBudget: Number.NaN, sampleRate: 1 }],
  ])('refuses %j', (options) => {
    expect(() => new TraceCollector(options)).toThrow(RangeError);
  });
});
