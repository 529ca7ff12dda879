import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelledTicks, linearTop, logDomain, logPosition, spreadLabels, ticks125, wholeTicks } from './axis.ts';

const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });

describe('log axes', () => {
  it('uses 1-2-5', () => {
    expect(ticks125(5, 200)).toEqual([5, 10, 20, 50, 100, 200]);
    expect(logDomain([6.12, 118])).toEqual([5, 200]);
    expect(logDomain([0, -3])).toBeUndefined();
    expect(logDomain([10])).toEqual([5, 20]);
  });
  it('encloses every positive value and maps the ends to the ends', () => {
    fc.assert(
      fc.property(fc.array(positive, { minLength: 1 }), (values) => {
        const domain = logDomain(values);
        expect(domain).toBeDefined();
        if (domain) {
          expect(domain[0]).toBeLessThanOrEqual(Math.min(...values));
          expect(domain[1]).toBeGreaterThanOrEqual(Math.max(...values));
          const at = logPosition(domain, 100, 300);
          expect(at(domain[0])).toBeCloseTo(100);
          expect(at(domain[1])).toBeCloseTo(300);
        }
      }),
    );
  });
  it('never labels more ticks than there is room for', () => {
    fc.assert(
      fc.property(positive, positive, fc.integer({ min: 2, max: 8 }), (a, b, most) => {
        expect(labelledTicks(ticks125(Math.min(a, b), Math.max(a, b)), most).length).toBeLessThanOrEqual(most);
      }),
    );
  });
});

describe('linear axes', () => {
  it('ends at a round number at or above the largest value', () => {
    fc.assert(
      fc.property(fc.array(positive, { minLength: 1 }), (values) => {
        const high = Math.max(...values);
        expect(linearTop(values)).toBeGreaterThanOrEqual(high * 0.999_999);
        expect(linearTop(values)).toBeLessThanOrEqual(high * 2);
      }),
    );
    expect(linearTop([])).toBe(1);
  });
});

describe('direct labels', () => {
  it('never overlap and keep their order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { minLength: 1, maxLength: 8 }), (positions) => {
        const spread = spreadLabels(positions, 14, 300);
        const sorted = spread.toSorted((a, b) => a - b);
        for (const [index, position] of sorted.entries()) {
          expect(position).toBeLessThanOrEqual(300);
          const next = sorted[index + 1];
          if (next !== undefined) {
            expect(next - position).toBeGreaterThanOrEqual(14 - 1e-9);
          }
        }
        const rank = (values: readonly number[]) => values.map((_, index) => index).toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
        if (new Set(positions).size === positions.length) {
          expect(rank(spread)).toEqual(rank(positions));
        }
      }),
    );
  });
});

describe('ticks of whole numbers', () => {
  it('hold the highest value in a few equal steps from 0', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 2, max: 6 }), (high, most) => {
        const ticks = wholeTicks(high, most);
        const top = ticks.at(-1) ?? 0;
        expect(ticks[0]).toBe(0);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(most + 2);
        expect(ticks.every(Number.isInteger)).toBe(true);
        expect(top).toBeGreaterThanOrEqual(high);
      }),
    );
    expect(wholeTicks(63, 4)).toEqual([0, 20, 40, 60, 80]);
    expect(wholeTicks(0, 4)).toEqual([0, 1]);
  });
});
