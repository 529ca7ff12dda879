import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../system/policies/random-stream.ts';
import { frozenWarmUp, type PilotResponse, warmUpOf } from './warm-up.ts';

/** Searches at 100 per second whose typical time sinks from `coldMs` to 5 ms, with a long tail. */
function pilot(options: {
  readonly seconds: number;
  readonly coldSeconds: number;
  readonly coldMs: number;
  readonly seed: number;
}): PilotResponse[] {
  const random = randomStream(options.seed, 'pilot');
  return Array.from({ length: options.seconds * 100 }, (_, index) => {
    const dueSeconds = index / 100;
    const tail = (1 - random.uniform()) ** -0.4;
    return { kind: 'search', dueSeconds, responseMs: (dueSeconds < options.coldSeconds ? options.coldMs : 5) * tail };
  });
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

describe('warm-up of a pilot', () => {
  it('is found where the times drop', () => {
    const found = Array.from({ length: 41 }, (_, seed) => warmUpOf(pilot({ seconds: 4, coldSeconds: 0.7, coldMs: 40, seed })));
    expect(found.every(({ isSettled }) => isSettled)).toBe(true);
    expect(found.every(({ truncatedSeconds = 0 }) => truncatedSeconds >= 0.65)).toBe(true);
    expect(median(found.map(({ truncatedSeconds }) => truncatedSeconds ?? Number.NaN))).toBeLessThan(0.85);
  });

  it('is short where the times were steady, whatever their tail', () => {
    const found = Array.from({ length: 41 }, (_, seed) => warmUpOf(pilot({ seconds: 4, coldSeconds: 0, coldMs: 5, seed })));
    expect(median(found.map(({ truncatedSeconds }) => truncatedSeconds ?? Number.NaN))).toBeLessThan(0.3);
  });

  it('is found from the most frequent kind, in the order of the due times', () => {
    const searches = pilot({ seconds: 4, coldSeconds: 0.7, coldMs: 40, seed: 1 });
    const asks = Array.from({ length: 20 }, (_, index) => ({ kind: 'ask', dueSeconds: index / 5, responseMs: 2000 - 90 * index }));
    expect(warmUpOf([...asks, ...searches.toReversed()])).toEqual(warmUpOf(searches));
  });

  it('is not known from few responses', () => {
    expect(warmUpOf([])).toEqual({ sampleCount: 0, isSettled: false });
    expect(warmUpOf(pilot({ seconds: 0.5, coldSeconds: 0, coldMs: 5, seed: 1 }))).toEqual({ sampleCount: 50, isSettled: false });
  });

  it('is not settled where the times only ever rise', () => {
    const rising = Array.from({ length: 300 }, (_, index) => ({ kind: 'search', dueSeconds: index / 100, responseMs: 1.05 ** index }));
    expect(warmUpOf(rising).isSettled).toBe(false);
  });
});

describe('frozen warm-up', () => {
  const found = fc.record({
    sampleCount: fc.nat(),
    truncatedSeconds: fc.double({ min: 0, max: 60, noNaN: true }),
    isSettled: fc.boolean(),
  });

  it('lies within its bounds, and is long enough for every variant that settled within them', () => {
    fc.assert(
      fc.property(
        fc.array(found),
        fc.double({ min: 0, max: 5, noNaN: true }),
        fc.double({ min: 5, max: 20, noNaN: true }),
        (variants, least, most) => {
          const seconds = frozenWarmUp(variants, least, most);
          expect(seconds).toBeGreaterThanOrEqual(least);
          expect(seconds).toBeLessThanOrEqual(most);
          for (const { truncatedSeconds, isSettled } of variants) {
            expect(seconds).toBeGreaterThanOrEqual(isSettled ? Math.min(most, truncatedSeconds) : most);
          }
        },
      ),
    );
  });

  it('is that of the profile where nothing is known', () => {
    expect(frozenWarmUp([], 1, 3)).toBe(1);
    expect(frozenWarmUp([{ sampleCount: 20, isSettled: false }], 1, 3)).toBe(1);
  });
});
