import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { delayBoundsSeconds, readEventLoop } from './event-loop.ts';
import { watchPool } from './pool-use.ts';
import { processFamilies, wantedFamilies } from './process-families.ts';

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    // Nothing else may run.
  }
}

test('a block of the event loop is in the delays and in the active time', async () => {
  await delay(30);
  const before = readEventLoop();
  block(120);
  await delay(50);
  const after = readEventLoop();
  const beyond = (figures: typeof before, seconds: number) =>
    figures.delay.count - (figures.delay.upToBound[delayBoundsSeconds.indexOf(seconds as (typeof delayBoundsSeconds)[number])] ?? 0);
  expect(beyond(after, 0.075) - beyond(before, 0.075)).toBeGreaterThanOrEqual(1);
  expect(after.activeSeconds - before.activeSeconds).toBeGreaterThanOrEqual(0.11);
  expect(after.delay.sumSeconds - before.delay.sumSeconds).toBeGreaterThanOrEqual(0.1);
});

test('the counts of the delays rise with their bounds and with time, and no bound has more than all', async () => {
  let earlier = readEventLoop();
  for (let turn = 0; turn < 5; turn += 1) {
    await delay(25);
    const now = readEventLoop();
    for (const [index, upTo] of now.delay.upToBound.entries()) {
      expect(upTo).toBeGreaterThanOrEqual(now.delay.upToBound[index - 1] ?? 0);
      expect(upTo).toBeGreaterThanOrEqual(earlier.delay.upToBound[index] ?? 0);
      expect(upTo).toBeLessThanOrEqual(now.delay.count);
    }
    earlier = now;
  }
  expect(earlier.delay.count).toBeGreaterThan(0);
});

test('pools to processes of one name are added up, and a closed one is gone', () => {
  const unwatch = watchPool('test-peer', () => ({ inUse: 3, waiting: 1 }));
  const unwatchOther = watchPool('test-peer', () => ({ inUse: 4, waiting: 0 }));
  const text = () => processFamilies(['connection_pool_in_use', 'connection_pool_waiting']);
  expect(text()).toContain('connection_pool_in_use{peer="test-peer"} 7\n');
  expect(text()).toContain('connection_pool_waiting{peer="test-peer"} 1\n');
  unwatchOther();
  expect(text()).toContain('connection_pool_in_use{peer="test-peer"} 3\n');
  unwatch();
});

test('families are given by name, and those of others are not made up', () => {
  const text = processFamilies(['v8js_memory_heap_limit_bytes', 'constructor', 'up']);
  expect(text).toMatch(
    /^# HELP v8js_memory_heap_limit_bytes .*\n# TYPE v8js_memory_heap_limit_bytes gauge\nv8js_memory_heap_limit_bytes \d+\n$/,
  );
  const limit = Number(/bytes (\d+)\n$/.exec(text)?.[1]);
  expect(limit).toBeGreaterThan(Number(/bytes (\d+)\n$/.exec(processFamilies(['v8js_memory_heap_used_bytes']))?.[1]));
});

test('names come from a query once, several times, or not at all', () => {
  expect(wantedFamilies({})).toBeUndefined();
  expect(wantedFamilies({ 'name[]': 'up' })).toEqual(['up']);
  expect(wantedFamilies({ 'name[]': ['up', 'down'] })).toEqual(['up', 'down']);
});
