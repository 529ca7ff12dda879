import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSharedServer, type SharedServerFigures } from './shared-server.ts';

const figures: SharedServerFigures = { requestTokens: 100, minimumMs: 10, baseMs: 4, perRequestMs: 3, leastTokens: 5 };

test('alone a request takes the least time, in proportion to its size but never less than the smallest', () => {
  for (const [tokens, expectedMs] of [
    [100, 10],
    [300, 30],
    [1, 0.5],
  ] as const) {
    const server = createSharedServer(figures);
    server.submit(tokens, () => {}, 7);
    expect(server.nextEventMs()).toBeCloseTo(7 + expectedMs, 9);
  }
});

test('requests of one moment end together, later the more there are', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), (count) => {
      const server = createSharedServer(figures);
      let ended = 0;
      for (let index = 0; index < count; index += 1) {
        server.submit(100, () => (ended += 1), 0);
      }
      const dueMs = Math.max(10, 4 + 3 * count);
      server.advance(dueMs - 1e-6);
      expect(ended).toBe(0);
      server.advance(dueMs + 1e-6);
      expect(ended).toBe(count);
      expect(server.nextEventMs()).toBeUndefined();
    }),
  );
});

test('a request that is taken back leaves the others its share and never ends', () => {
  const server = createSharedServer(figures);
  const ended: string[] = [];
  server.submit(100, () => ended.push('stays'), 0);
  server.submit(100, () => ended.push('stays'), 0);
  const takeBack = server.submit(100, () => ended.push('left'), 0);
  takeBack(6.5);
  // Half done with three at 13 ms each; the other half with two at 10.
  expect(server.nextEventMs()).toBeCloseTo(6.5 + 5, 9);
  server.advance(1000);
  expect(ended).toEqual(['stays', 'stays']);
});
