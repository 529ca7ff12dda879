import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schedule } from '../index.ts';
import { traceRatePerSecond } from './collect-trace.ts';
import { replayedRate, replayTimeScale } from './time-scale.ts';

const traceOf = (gapsUs: readonly number[]) => {
  let atUs = 7_000_000;
  const next = (gapUs: number) => {
    atUs += gapUs;
    return { atUs };
  };
  return { file: 'x.csv', requests: [{ atUs }, ...gapsUs.map((gapUs) => next(gapUs))] };
};
const arrivals = { process: 'trace', file: 'x', format: 'csv' } as const;

describe('a replay of a recording that is short for its window', () => {
  it('is slowed down so that all of it just fills the window, and otherwise has the asked rate', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        gaps,
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        (gapsUs, ratePerSecond, seconds) => {
          const trace = traceOf(gapsUs);
          const window = { ratePerSecond, durationSeconds: seconds };
          const settings = { ...arrivals, whenShort: 'slow-down' as const };
          const rate = replayedRate(settings, trace, window);
          const isShort = trace.requests.length < ratePerSecond * seconds;
          expect(rate).toBeCloseTo(isShort ? trace.requests.length / seconds : ratePerSecond, 9);
          const offsetsUs = schedule(settings, { ratePerSecond, durationMs: seconds * 1000, seed: 1, trace });
          if (isShort) {
            expect(offsetsUs).toHaveLength(trace.requests.length);
          }
          const scale = replayTimeScale(settings, trace, window);
          expect(scale * traceRatePerSecond(trace)).toBeCloseTo(rate, 9);
          // What was sent, mapped back by the scale, is what was recorded.
          for (const [place, offsetUs] of offsetsUs.entries()) {
            const recordedUs = (trace.requests[place]?.atUs ?? 0) - 7_000_000;
            expect(Math.abs(offsetUs * scale - recordedUs)).toBeLessThanOrEqual(2 * Math.max(1, scale));
          }
        },
      ),
    );
  });

  it('is refused where nothing says that it may be slowed down', () => {
    const trace = traceOf([1_000_000, 1_000_000]);
    expect(replayedRate({ whenShort: 'refuse' }, trace, { ratePerSecond: 5, durationSeconds: 10 })).toBe(5);
    expect(() => schedule(arrivals, { ratePerSecond: 5, durationMs: 10_000, seed: 1, trace })).toThrow('has 3 requests');
    expect(replayedRate({ timeScale: 3 }, trace, { ratePerSecond: 5, durationSeconds: 10 })).toBe(3);
  });
});
