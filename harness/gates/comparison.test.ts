import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare } from './comparison.ts';

const request = { metric: 'search-response-p50', baseline: 'a', variant: 'b', resourceRule: 'equal-total' } as const;
const pairsOf = (ratios: number[]) => ratios.map((ratio, index) => ({ baseline: 10 + index, variant: (10 + index) * ratio }));

describe('compare', () => {
  it('is undecided below six pairs, however large the ratio', () => {
    expect(compare({ ...request, pairs: pairsOf([3, 3, 3, 3, 3]) })).toMatchObject({ verdict: 'undecided', pairs: 5 });
  });

  it('sees a ratio that every pair shows', () => {
    const comparison = compare({ ...request, pairs: pairsOf([1.9, 2, 2.1, 1.95, 2.05, 2]) });
    expect(comparison?.verdict).toBe('higher');
    expect(comparison?.ratio).toBeCloseTo(2, 2);
    expect(comparison?.interval?.low).toBeCloseTo(1.9, 6);
  });

  it('says what it could have seen when it saw nothing', () => {
    const comparison = compare({ ...request, pairs: pairsOf([0.9, 1.1, 1.02, 0.97, 1.05, 0.95]) });
    expect(comparison?.verdict).toBe('no-difference-seen');
    expect(comparison?.detectableEffect).toBeGreaterThan(0.2);
  });

  it('forms no ratio from nothing', () => {
    expect(compare({ ...request, pairs: [{ baseline: 0, variant: 5 }] })).toBeUndefined();
  });

  it('is the reciprocal when the sides change places', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ baseline: fc.double({ min: 0.1, max: 1e3, noNaN: true }), variant: fc.double({ min: 0.1, max: 1e3, noNaN: true }) }),
          { minLength: 6, maxLength: 10 },
        ),
        (pairs) => {
          const there = compare({ ...request, pairs });
          const back = compare({ ...request, pairs: pairs.map(({ baseline, variant }) => ({ baseline: variant, variant: baseline })) });
          expect((there?.ratio ?? 0) * (back?.ratio ?? 0)).toBeCloseTo(1, 6);
        },
      ),
    );
  });
});
