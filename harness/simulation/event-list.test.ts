import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventList } from './event-list.ts';

/** Few different times, so that ties are common. */
const operations = fc.array(fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined, freq: 2 }), { maxLength: 800 });

test('events come in order of time, those of one moment in the order in which they were added', () => {
  fc.assert(
    fc.property(operations, (steps) => {
      const events = new EventList();
      const model: { atMs: number; code: number }[] = [];
      for (const [code, atMs] of steps.entries()) {
        if (atMs !== undefined) {
          events.add(atMs, code);
          model.push({ atMs, code });
        } else if (model.length > 0) {
          // Stable: of equal times the first added stays first.
          const next = model.toSorted((a, b) => a.atMs - b.atMs)[0];
          expect(events.nextAtMs).toBe(next?.atMs);
          expect(events.take()).toBe(next?.code);
          model.splice(model.indexOf(next as (typeof model)[number]), 1);
        }
        expect(events.size).toBe(model.length);
      }
      const rest = Array.from({ length: events.size }, () => events.take());
      expect(rest).toEqual(model.toSorted((a, b) => a.atMs - b.atMs).map(({ code }) => code));
      expect(events.nextAtMs).toBe(Number.POSITIVE_INFINITY);
    }),
    { numRuns: 300 },
  );
});

test('holds more than it began with', () => {
  const events = new EventList();
  for (let code = 0; code < 5000; code += 1) {
    events.add((code * 7919) % 1009, code);
  }
  let before = -1;
  for (let taken = 0; taken < 5000; taken += 1) {
    expect(events.nextAtMs).toBeGreaterThanOrEqual(before);
    before = events.nextAtMs;
    events.take();
  }
});

test('has nothing to give when it is empty', () => {
  expect(() => new EventList().take()).toThrow(RangeError);
});
