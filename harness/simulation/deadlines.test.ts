import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deadlines } from './deadlines.ts';

/** Requests come (a deadline each), end (their row goes to the next that comes), or the next deadline passes. */
const steps = fc.array(fc.constantFrom('come', 'come', 'end', 'pass'), { maxLength: 5000, size: 'max' });

test('gives the live requests in order, and each at most once', () => {
  fc.assert(
    fc.property(steps, fc.infiniteStream(fc.nat(1000)), (all, choices) => {
      const deadlines = new Deadlines();
      const numbers = new Float64Array(6000).fill(-1);
      const live: { number: number; row: number }[] = [];
      const free: number[] = [];
      let number = 0;
      let rows = 0;
      for (const step of all) {
        if (step === 'come') {
          const row = free.pop() ?? rows++;
          numbers[row] = number;
          deadlines.add(number * 10, row, number, numbers);
          live.push({ number, row });
          number += 1;
        } else if (step === 'end' && live.length > 0) {
          const [ended] = live.splice((choices.next().value ?? 0) % live.length, 1);
          numbers[ended?.row as number] = -1;
          free.push(ended?.row as number);
        } else if (step === 'pass' && deadlines.nextAtMs < Number.POSITIVE_INFINITY) {
          const passed = deadlines.nextAtMs;
          const row = deadlines.take(numbers);
          const [first] = live;
          if (row >= 0) {
            expect({ row, number: passed / 10 }).toEqual(first && { row: first.row, number: first.number });
            live.shift();
            numbers[row] = -1;
            free.push(row);
          }
        }
      }
      while (deadlines.nextAtMs < Number.POSITIVE_INFINITY) {
        const row = deadlines.take(numbers);
        if (row >= 0) {
          expect(row).toBe(live.shift()?.row);
        }
      }
      expect(live).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
