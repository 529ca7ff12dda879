import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepPath, type TimedStep, visibleSteps } from './step-path.ts';

const seconds = 86_400;
const scales = { atX: (at: number) => (at / seconds) * 300, atY: (value: number) => value };

const steps = fc
  .array(fc.record({ atSeconds: fc.integer({ min: -100, max: seconds + 100 }), value: fc.nat(50) }), { maxLength: 3_000 })
  .map((all): TimedStep[] => all.toSorted((a, b) => a.atSeconds - b.atSeconds));

describe('a step path', () => {
  it('has no more corners than its picture has pixels, and reaches every value that was held in it', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const shown = visibleSteps(all, seconds);
        const d = stepPath(all, seconds, scales);
        expect(d.split('H').length - 1).toBeLessThanOrEqual(302);
        const drawn = [...d.matchAll(/(?:V|,)([\d.]+)/g)].map(([, y]) => Number(y));
        if (shown.length > 0) {
          const values = shown.map(({ value }) => value);
          expect(Math.min(...drawn)).toBe(Math.min(...values));
          expect(Math.max(...drawn)).toBe(Math.max(...values));
          expect(drawn.at(-1)).toBe(values.at(-1));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('draws plain steps as they are, without those that change nothing', () => {
    const plain = [
      { atSeconds: 0, value: 2 },
      { atSeconds: 28_800, value: 2 },
      { atSeconds: 43_200, value: 5 },
    ];
    expect(stepPath(plain, seconds, scales)).toBe('M0,2H150V5H300');
  });

  it('draws the range that steps on one pixel went through', () => {
    const crowded = [0, 43_200, 43_210, 43_220].map((atSeconds, place) => ({ atSeconds, value: [2, 9, 1, 3][place] ?? 0 }));
    expect(stepPath(crowded, seconds, scales)).toBe('M0,2H150V9V1V3H300');
  });

  it('is empty without a step', () => {
    expect(stepPath([], seconds, scales)).toBe('');
  });
});
