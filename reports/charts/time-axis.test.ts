import fc from 'fast-check';
import { expect, it } from 'vitest';
import { timeTicks } from './time-axis.ts';

it('has few round ticks within any span, and names its unit once', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 31 * 86_400, noNaN: true }), fc.constantFrom(4, 8), (seconds, most) => {
      const ticks = timeTicks(seconds, most);
      expect(ticks.length).toBeLessThanOrEqual(most + 1);
      expect(ticks.at(-1)?.atSeconds).toBeLessThanOrEqual(seconds * 1.000_001);
      expect(ticks.filter(({ text }) => /[a-z]/.test(text))).toHaveLength(1);
    }),
  );
});

it.each([
  [3_600, 4, ['0', '15', '30', '45', '60 min']],
  [86_400, 8, ['0', '3', '6', '9', '12', '15', '18', '21', '24 h']],
  [60, 4, ['0', '15', '30', '45', '60 s']],
])('tells %d s in %d steps at most as %j', (seconds, most, texts) => {
  expect(timeTicks(seconds, most).map(({ text }) => text)).toEqual(texts);
});
