import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stageNames } from '../api/evidence.ts';
import { stopwatch } from './stopwatch.ts';

test('the stages add up to the total, to the µs, whatever the clock says', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 5 }),
      (startedMs, steps) => {
        let nowMs = startedMs;
        const watch = stopwatch(startedMs, () => nowMs);
        for (const [index, step] of steps.entries()) {
          nowMs += step;
          watch.lap(stageNames[index] ?? 'generate');
        }
        const { stages, total_ms } = watch.read();
        const sumUs = stages.reduce((sum, { duration_ms }) => sum + Math.round(duration_ms * 1000), 0);
        expect(sumUs).toBe(Math.round(total_ms * 1000));
        expect(Math.abs(total_ms - (nowMs - startedMs))).toBeLessThanOrEqual(0.002);
        expect(stages.every(({ duration_ms }) => duration_ms >= 0)).toBe(true);
      },
    ),
  );
});
