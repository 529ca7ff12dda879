import { expect, test } from 'vitest';
import { appliedOnEvery } from './change-log.ts';

test('what is applied on every shard is the lowest, and 0 while one has no row', () => {
  expect(appliedOnEvery([{ shard: 0, sequence: 5 }], 2)).toBe(0);
  expect(
    appliedOnEvery(
      [
        { shard: 1, sequence: 7 },
        { shard: 0, sequence: 5 },
      ],
      2,
    ),
  ).toBe(5);
});
