import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../system/policies/random-stream.ts';
import { mser5 } from './mser.ts';

/** Standard normal deviates (Box and Muller) of a seed. */
function normals(count: number, seed: number): number[] {
  const random = randomStream(seed, 'mser test');
  return Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform()));
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The definition, word for word and in quadratic time: the statistic of every truncation, by batches given up. */
function statistics(series: readonly number[]): number[] {
  const means = Array.from(
    { length: Math.floor(series.length / 5) },
    (_, batch) => series.slice(5 * batch, 5 * batch + 5).reduce((sum, value) => sum + value, 0) / 5,
  );
  return Array.from({ length: Math.floor(means.length / 2) + 1 }, (_, truncated) => {
    const rest = means.slice(truncated);
    const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length;
    return rest.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rest.length ** 2;
  });
}

describe('MSER-5', () => {
  it('is the truncation with the smallest marginal standard error', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 100, maxLength: 400 }), (series) => {
        const byDefinition = statistics(series);
        const found = byDefinition[(mser5(series)?.truncated ?? Number.NaN) / 5];
        // Two truncations may be equally good but for rounding.
        expect(found).toBeLessThanOrEqual(Math.min(...byDefinition) * (1 + 1e-9));
      }),
      { numRuns: 100 },
    );
  });

  const step = (seed: number, transient: number, height: number) =>
    normals(1000, seed).map((noise, index) => 20 + noise + (index < transient ? height : 0));

  it('truncates a step wholly, whatever its length and height', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 60 }), fc.integer({ min: 6, max: 50 }), (seed, batches, height) => {
        const found = mser5(step(seed, 5 * batches, height));
        expect(found?.settled).toBe(true);
        expect(found?.truncated).toBeGreaterThanOrEqual(5 * batches);
      }),
    );
  });

  it('gives up little beyond the end of a step', () => {
    const beyond = Array.from({ length: 101 }, (_, seed) => (mser5(step(seed, 200, 10))?.truncated ?? Number.NaN) - 200);
    expect(median(beyond)).toBeLessThanOrEqual(25);
  });

  it('finds the end of steps that fall between batches, on the side of the batch that holds both', () => {
    const series = normals(1000, 3).map((noise, index) => 20 + 0.1 * noise + (index < 203 ? 50 : 0));
    expect(mser5(series)).toEqual({ truncated: 205, settled: true });
  });

  it('ends an exponential transient where it has sunk into the noise', () => {
    // 100·e^(−i/50) is below a standard deviation of a batch mean, 1/√5, from observation 270 on, and above ten of them until 155.
    const found = Array.from({ length: 101 }, (_, seed) =>
      mser5(normals(2000, seed).map((noise, index) => 20 + noise + 100 * Math.exp(-index / 50))),
    );
    expect(found.every((truncation) => truncation?.settled)).toBe(true);
    const typical = median(found.map((truncation) => truncation?.truncated ?? Number.NaN));
    expect(typical).toBeGreaterThan(155);
    expect(typical).toBeLessThan(330);
  });

  it('gives up little of a stationary series, be it independent or autocorrelated', () => {
    const shares = (series: (seed: number) => number[]) =>
      Array.from({ length: 101 }, (_, seed) => (mser5(series(seed))?.truncated ?? Number.NaN) / 2000);
    const independent = shares((seed) => normals(2000, seed));
    expect(median(independent)).toBeLessThan(0.05);
    const correlated = shares((seed) => {
      let state = 0;
      return normals(2200, seed)
        .map((noise) => {
          state = 0.8 * state + noise;
          return state;
        })
        .slice(200);
    });
    expect(median(correlated)).toBeLessThan(0.1);
  });

  it('says that a series which only ever rises has not settled', () => {
    expect(mser5(Array.from({ length: 500 }, (_, index) => index))?.settled).toBe(false);
  });

  it('gives up nothing of a constant series', () => {
    expect(mser5(Array.from({ length: 200 }, () => 7))).toEqual({ truncated: 0, settled: true });
  });

  it('does not depend on the unit', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 100, maxLength: 200 }), (series) => {
        expect(mser5(series.map((value) => value * 1024))).toEqual(mser5(series));
      }),
    );
  });

  it('knows nothing of fewer than 100 observations, and refuses what is not finite', () => {
    expect(mser5(Array.from({ length: 99 }, (_, index) => index))).toBeUndefined();
    expect(() => mser5([...Array.from({ length: 120 }, () => 1), Number.NaN])).toThrow(RangeError);
  });
});
