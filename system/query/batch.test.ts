import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapConcurrently } from './batch.ts';

test('results are in the order of the items, each worked on once, as many at a time as allowed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(4), { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), async (turns, limit) => {
      const begun: number[] = [];
      let [active, most] = [0, 0];
      const results = await mapConcurrently(turns, limit, async (count, index) => {
        begun.push(index);
        active += 1;
        most = Math.max(most, active);
        for (let done = 0; done <= count; done += 1) {
          await turn();
        }
        active -= 1;
        return { count, index };
      });
      expect(results).toEqual(turns.map((count, index) => ({ count, index })));
      expect(begun).toEqual(turns.map((_count, index) => index));
      expect(most).toBeLessThanOrEqual(limit);
      // Nobody waits while there is room.
      expect(most).toBe(Math.min(limit, turns.length));
    }),
  );
});
