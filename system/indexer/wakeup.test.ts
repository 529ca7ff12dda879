import { expect, test } from 'vitest';
import { wakeup } from './wakeup.ts';

const never = new AbortController().signal;

test('a wake before the wait is kept, once', async () => {
  const wake = wakeup();
  wake.wake();
  wake.wake();
  expect(await wake.wait(60_000, never)).toBe(true);
  expect(await wake.wait(1, never)).toBe(false);
});

test('a wake during the wait ends it', async () => {
  const wake = wakeup();
  const waiting = wake.wait(60_000, never);
  wake.wake();
  expect(await waiting).toBe(true);
});

test('an abort ends the wait', async () => {
  const stopping = new AbortController();
  const waiting = wakeup().wait(60_000, stopping.signal);
  stopping.abort();
  expect(await waiting).toBe(false);
});
