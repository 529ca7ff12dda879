import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CpuTimes, cpuShares, parseCpuTimes } from '../measurement/cpu-times.ts';
import { summariseLateness } from './sample.ts';

describe('summariseLateness', () => {
  it('is the nearest rank, whatever the order', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(values, (latenessMs) => {
        const { ticks, p50Ms, p99Ms, maximumMs } = summariseLateness(latenessMs);
        const atMost = (limit: number) => latenessMs.filter((value) => value <= limit).length;
        const below = (limit: number) => latenessMs.filter((value) => value < limit).length;
        expect(ticks).toBe(latenessMs.length);
        expect(maximumMs).toBe(Math.max(...latenessMs));
        // At least the share of all values lies at or below a percentile, and less than the share below it.
        for (const [share, value] of [
          [0.5, p50Ms],
          [0.99, p99Ms],
        ] as const) {
          expect(atMost(value)).toBeGreaterThanOrEqual(share * ticks);
          expect(below(value)).toBeLessThan(share * ticks);
        }
      }),
    );
  });
});

const line = (fields: readonly number[]) => `cpu  ${fields.join(' ')}\ncpu0 1 1 1 1 1 1 1 1 1 1\nintr 1\n`;
const fields = fc.array(fc.nat(1e6), { minLength: 10, maxLength: 10 });

describe('CPU times', () => {
  it('reads the sum over all cores and no single core', () => {
    expect(parseCpuTimes(line([10, 1, 5, 100, 3, 0, 2, 4, 7, 7]))).toEqual({ busy: 18, processes: 16, steal: 4, total: 125 });
  });

  it.each(['', 'cpu0 1 2 3 4 5 6 7 8\n', 'cpu  1 2 3\n'])('does not read %j', (text) => {
    expect(parseCpuTimes(text)).toBeUndefined();
  });

  it('gives shares that are shares', () => {
    fc.assert(
      fc.property(fields, fields, (start, more) => {
        const before = parseCpuTimes(line(start)) as CpuTimes;
        const after = parseCpuTimes(line(start.map((value, place) => value + (more[place] ?? 0)))) as CpuTimes;
        const shares = cpuShares(before, after);
        if (shares === undefined) {
          expect(after.total).toBe(before.total);
          return;
        }
        expect(shares.busyShare).toBeGreaterThanOrEqual(0);
        expect(shares.stealShare).toBeGreaterThanOrEqual(0);
        expect(shares.busyShare + shares.stealShare).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });
});
