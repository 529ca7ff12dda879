import fc from 'fast-check';
import { expect, test } from 'vitest';
import { none, outcome, Station } from './station.ts';

const line = () => ({ behind: new Int32Array(1000) });

test('serves in the order of arrival, never more than it has servers, and refuses beyond its queue', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 5 }),
      fc.array(fc.record({ comes: fc.boolean(), afterMs: fc.nat(10) }), { maxLength: 200 }),
      (servers, queueLimit, steps) => {
        const station = new Station(line(), servers, queueLimit);
        const queue: number[] = [];
        let serving = 0;
        let nowMs = 0;
        let busyMs = 0;
        let waitingMs = 0;
        for (const [customer, { comes, afterMs }] of steps.entries()) {
          nowMs += afterMs;
          busyMs += serving * afterMs;
          waitingMs += queue.length * afterMs;
          if (comes) {
            const expected = serving < servers ? outcome.starts : queue.length < queueLimit ? outcome.waits : outcome.refused;
            expect(station.enter(customer, nowMs)).toBe(expected);
            if (expected === outcome.starts) {
              serving += 1;
            } else if (expected === outcome.waits) {
              queue.push(customer);
            }
          } else if (serving > 0) {
            const next = queue.shift();
            expect(station.leave(nowMs)).toBe(next ?? none);
            serving -= next === undefined ? 1 : 0;
          }
          expect([station.busy, station.waiting]).toEqual([serving, queue.length]);
          expect([station.busyMs(nowMs), station.waitingMs(nowMs)]).toEqual([busyMs, waitingMs]);
        }
      },
    ),
  );
});

test('a customer may wait at one station after another of the same line', () => {
  const shared = line();
  const [first, second] = [new Station(shared, 1, 9), new Station(shared, 1, 9)];
  for (const customer of [1, 2, 3]) {
    first.enter(customer, 0);
  }
  expect(first.leave(1)).toBe(2);
  second.enter(1, 1);
  expect(first.leave(2)).toBe(3);
  expect(second.enter(2, 2)).toBe(outcome.waits);
  expect(first.leave(3)).toBe(none);
  expect(second.enter(3, 3)).toBe(outcome.waits);
  expect([second.leave(4), second.leave(5), second.leave(6)]).toEqual([2, 3, none]);
});
