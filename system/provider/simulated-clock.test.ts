import { expect, test } from 'vitest';
import { createSimulatedClock } from './simulated-clock.ts';

test.each([1, 40])('calls what is due at once and first, and nothing before its time, at %i times the speed', async (scale) => {
  const clock = createSimulatedClock(scale);
  const startMs = clock.nowMs();
  const called: { dueMs: number; atMs: number }[] = [];
  const dueIn = [12, 3.4, 0, -5, 7.7];
  await Promise.all(
    dueIn.map(
      (ms) =>
        new Promise<void>((resolve) => {
          const dueMs = startMs + ms * scale;
          clock.at(dueMs, () => {
            called.push({ dueMs, atMs: clock.nowMs() });
            resolve();
          });
        }),
    ),
  );
  expect(called.every(({ dueMs, atMs }) => atMs >= dueMs)).toBe(true);
  expect(called.slice(0, 2).every(({ dueMs }) => dueMs <= startMs)).toBe(true);
});

test('what is called off is not called, whether it was due or not', async () => {
  const clock = createSimulatedClock(1);
  const called: string[] = [];
  clock.at(clock.nowMs(), () => called.push('due'))();
  clock.at(clock.nowMs() + 1, () => called.push('later'))();
  await new Promise<void>((resolve) => {
    clock.at(clock.nowMs() + 5, resolve);
  });
  expect(called).toEqual([]);
});
