import { expect, test } from 'vitest';
import { rerankMs, rerankPresetNames } from './rerank-timing.ts';

const crossEncoder = rerankMs['cross-encoder'];

test('the published row', () => {
  expect([1, 24, 48, 96].map(crossEncoder)).toEqual([110, 130, 160, 200]);
});

test('more documents take longer, between the published points and beyond them', () => {
  const times = Array.from({ length: 200 }, (_, index) => crossEncoder(index + 1));
  expect(times.slice(1).every((ms, index) => ms > (times[index] ?? 0))).toBe(true);
  expect(crossEncoder(144)).toBeCloseTo(240, 9);
});

test('instant takes no time, and every name has a timing', () => {
  expect(rerankMs.instant(96)).toBe(0);
  expect(Object.keys(rerankMs)).toEqual([...rerankPresetNames]);
});
