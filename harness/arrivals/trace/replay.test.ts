import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RateProfile } from '../../contract/arrivals.ts';
import { Failure } from '../../contract/failure.ts';
import { schedule, scheduleHash, scheduleWithProfile } from '../index.ts';
import { integratedRate } from '../rate/profiles.ts';
import { gapsOf } from '../statistics.testing.ts';
import { traceRatePerSecond } from './collect-trace.ts';
import type { Trace } from './trace-request.ts';

const arrivals = { process: 'trace' as const, file: 'x', format: 'csv' as const };
const traceOf = (atSeconds: readonly number[]): Trace => ({
  file: 'x.csv',
  requests: atSeconds.map((at) => ({ atUs: Math.round(at * 1e6) })),
});
/** Sixty seconds that began late, with a pause and two at once. */
const trace = traceOf([100, 101, 101, 104, 110, 111, 112, 140, 150, 154]);

describe('a replay', () => {
  it('at a time scale has the recorded gaps divided by it, and cuts them at the end of the window', () => {
    const recorded = trace.requests.map(({ atUs }) => atUs - 100e6);
    for (const timeScale of [1, 2.5, 0.5]) {
      const offsetsUs = schedule({ ...arrivals, timeScale }, { ratePerSecond: 1, durationMs: 20_000, seed: 1, trace });
      const expected = recorded.map((atUs) => atUs / timeScale).filter((atUs) => atUs < 20e6);
      expect(offsetsUs).toHaveLength(expected.length);
      for (const [index, offsetUs] of offsetsUs.entries()) {
        expect(Math.abs(offsetUs - (expected[index] ?? 0))).toBeLessThanOrEqual(1);
      }
    }
  });

  it('without one has the asked mean rate over the whole trace', () => {
    const offsetsUs = schedule(arrivals, { ratePerSecond: 5, durationMs: 2000, seed: 1, trace });
    expect(offsetsUs).toHaveLength(trace.requests.length);
    const speed = 5 / traceRatePerSecond(trace);
    const recorded = gapsOf(trace.requests.map(({ atUs }) => atUs));
    for (const [index, gapUs] of gapsOf(offsetsUs).entries()) {
      expect(Math.abs(gapUs - (recorded[index] ?? 0) / speed)).toBeLessThanOrEqual(2);
    }
  });

  it('under a profile puts every request where the integral of the rate does', () => {
    const profile: RateProfile = { shape: 'ramp', fromPerSecond: 0, toPerSecond: 2 };
    const offsetsUs = scheduleWithProfile(arrivals, { profile, durationMs: 3000, seed: 1, trace });
    const rate = integratedRate(profile, 3);
    const perUs = traceRatePerSecond(trace) / 1e6;
    const due = trace.requests.map(({ atUs }) => (atUs - 100e6) * perUs).filter((expected) => expected < rate.total);
    expect(offsetsUs).toHaveLength(due.length);
    for (const [index, offsetUs] of offsetsUs.entries()) {
      expect(Math.abs(rate.expectedBy(offsetUs / 1e6) - (due[index] ?? 0))).toBeLessThan(1e-5);
    }
  });

  it('is the same for every seed and ascending in whole µs inside the window', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 2, maxLength: 50 }), fc.nat(), (gaps, seed) => {
        let at = 0;
        const one = traceOf([0, ...gaps.map((gap) => (at += gap + 1e-6))]);
        const options = { ratePerSecond: 10, durationMs: (one.requests.length / 10) * 1000, trace: one };
        const offsetsUs = schedule(arrivals, { ...options, seed });
        expect(offsetsUs).toHaveLength(one.requests.length);
        expect(offsetsUs.every((offset, index) => Number.isInteger(offset) && offset >= (offsetsUs[index - 1] ?? 0))).toBe(true);
        expect(offsetsUs.at(-1)).toBeLessThan(options.durationMs * 1000);
        expect(scheduleHash(offsetsUs)).toBe(scheduleHash(schedule(arrivals, { ...options, seed: seed + 1 })));
      }),
    );
  });

  it('is byte for byte what it was', () => {
    const offsetsUs = schedule(arrivals, { ratePerSecond: 5, durationMs: 2000, seed: 1, trace });
    expect(scheduleHash(offsetsUs)).toBe('86311c06321f7ba8c683b81644ccbef562cee7dfbbc61c9f697af0e7d9eb7f84');
  });

  it('is refused when the window outlasts the trace, without a trace, and at a time scale under a profile', () => {
    const tooLong = () => schedule(arrivals, { ratePerSecond: 5, durationMs: 2100, seed: 1, trace });
    expect(tooLong).toThrow(Failure);
    expect(tooLong).toThrow('x.csv has 10 requests, the window expects 11');
    expect(() => schedule({ ...arrivals, timeScale: 100 }, { ratePerSecond: 5, durationMs: 2000, seed: 1, trace })).toThrow('x.csv has 10');
    expect(() => schedule(arrivals, { ratePerSecond: 5, durationMs: 100, seed: 1 })).toThrow(RangeError);
    const profile: RateProfile = { shape: 'ramp', fromPerSecond: 0, toPerSecond: 2 };
    expect(() => scheduleWithProfile({ ...arrivals, timeScale: 2 }, { profile, durationMs: 1000, seed: 1, trace })).toThrow(
      'timeScale 2 and the rate profile "ramp" both decide the rate',
    );
  });
});
