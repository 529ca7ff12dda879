import { expect, test } from 'vitest';
import { changesOf, turnsOf } from './turns.ts';

test('turns are counted and not steps', () => {
  expect(turnsOf([])).toBe(0);
  expect(turnsOf([1, 2, 0, 4])).toBe(0);
  expect(turnsOf([1, -1, 0, 1])).toBe(2);
});

test('the changes of a course are those between its steps', () => {
  expect(changesOf([])).toEqual([]);
  expect(changesOf([{ replicas: 3 }])).toEqual([]);
  expect(changesOf([{ replicas: 3 }, { replicas: 5 }, { replicas: 5 }, { replicas: 1 }])).toEqual([2, 0, -4]);
});
