import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Column } from './column.ts';

it('keeps every number where it was put, and knows nothing of the others', () => {
  const position = fc.oneof(fc.nat(100), fc.integer({ min: 65_500, max: 65_600 }), fc.nat(300_000));
  fc.assert(
    fc.property(fc.nat(200_000), fc.array(fc.tuple(position, fc.double({ noNaN: true }))), (expected, writes) => {
      const column = new Column(expected);
      const model = new Map<number, number>();
      for (const [at, value] of writes) {
        column.set(at, value);
        model.set(at, value);
      }
      for (const [at, value] of model) {
        expect(column.get(at)).toBe(value);
      }
      const untouched = [0, 65_535, 65_536, 299_999, 10_000_000].filter((at) => !model.has(at));
      expect(untouched.map((at) => column.get(at))).toEqual(untouched.map(() => Number.NaN));
    }),
    { numRuns: 50 },
  );
});
