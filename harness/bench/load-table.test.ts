import { expect, test } from 'vitest';
import { atLeast, atMost, between, judgeRow, tableText } from './load-table.ts';

test('a ratio and its inverse are the same distance from 1', () => {
  const values = [0.5, 0.8, 1.1, 0.9, 0.7, 0.6];
  const [one, other] = [values, values.map((value) => 1 / value)].map((each) => judgeRow({ title: 'r', kind: 'ratio', values: each }));
  expect(one?.median).toBeCloseTo(1 / (other?.median ?? Number.NaN), 12);
  expect(one?.interval?.low).toBeCloseTo(1 / (other?.interval?.high ?? Number.NaN), 12);
});

test('a target is judged on the median, and what was not measured is neither met nor missed', () => {
  const verdict = (values: number[], target = atMost(2)) => judgeRow({ title: 'r', kind: 'figure', values, target }).verdict;
  expect(verdict([1, 2, 9])).toBe('missed');
  expect(verdict([1, 2, 2.5])).toBe('met');
  expect(verdict([0.5], atLeast(0.4))).toBe('met');
  expect(verdict([1.2], between(0.85, 1.15))).toBe('missed');
  expect(verdict([])).toBe('not measured');
  expect(judgeRow({ title: 'r', kind: 'figure', values: [1] }).verdict).toBe('shown');
});

test('fewer than six repetitions have no interval', () => {
  expect(judgeRow({ title: 'r', kind: 'figure', values: [1, 2, 3, 4, 5] }).interval).toBeUndefined();
  expect(judgeRow({ title: 'r', kind: 'figure', values: [1, 2, 3, 4, 5, 6] }).interval).toEqual({ low: 1, high: 6 });
});

test('every row has a line, whether or not it was measured', () => {
  const lines = tableText([
    { title: 'measured', kind: 'figure', unit: 'ms', values: [1.5], target: atMost(2, '≤ 2 ms') },
    { title: 'absent', kind: 'ratio', values: [], note: 'wrk2 is not installed' },
  ]).split('\n');
  expect(lines[1]).toMatch(/^measured +1\.50 ms +– +≤ 2 ms +met$/);
  expect(lines[2]).toMatch(/^absent +– +– +– +not measured +wrk2 is not installed$/);
});
