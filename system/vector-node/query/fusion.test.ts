import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuseByDistribution, fuseByRank } from './fusion.ts';
import type { Hit } from './hit.ts';

const listOf = (...scores: readonly (readonly [row: number, score: number])[]): Hit[] =>
  scores.map(([row, score]) => ({ row, score, version: 1 }));
const scoresOf = (hits: readonly Hit[]) => Object.fromEntries(hits.map(({ row, score }) => [row, score]));

test('ranks count as 1 / (2 + rank), and in a list of weight 3 three ranks count as one', () => {
  const lists = [listOf([6, 4.7], [8, 0.95], [5, 0.86], [1, 0.76]), listOf([6, 1.35], [1, 0.95], [2, 0.3], [4, 0.2])];
  const plain = scoresOf(fuseByRank(lists, 2, undefined));
  for (const [row, score] of [
    [6, 1],
    [1, 1 / 5 + 1 / 3],
    [8, 1 / 3],
    [5, 1 / 4],
    [2, 1 / 4],
    [4, 1 / 5],
  ] as const) {
    expect(plain[row]).toBeCloseTo(score, 6);
  }
  const weighted = scoresOf(fuseByRank(lists, 2, [3, 1]));
  expect(weighted[8]).toBeCloseTo(1 / (2 / 3 + 1), 6);
  expect(weighted[6]).toBeCloseTo(1 / (1 / 3 + 1) + 1 / 2, 6);
});

test('a list of one point and a list of equal scores give one half', () => {
  expect(scoresOf(fuseByDistribution([listOf([1, 7]), listOf([1, 3], [2, 3])]))).toEqual({ 1: 1, 2: 0.5 });
});

const lists = fc.array(
  fc
    .uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 8 })
    .chain((rows) => fc.tuple(...rows.map((row) => fc.tuple(fc.constant(row), fc.float({ min: -9, max: 9, noNaN: true })))))
    .map((entries) => listOf(...entries.toSorted(([, left], [, right]) => right - left))),
  { maxLength: 4 },
);

test('fusion keeps every point once, best first, whatever the order of the lists', () => {
  fc.assert(
    fc.property(lists, fc.integer({ min: 1, max: 60 }), (given, k) => {
      for (const fuse of [(hits: Hit[][]) => fuseByRank(hits, k, undefined), fuseByDistribution]) {
        const fused = fuse(given);
        expect(new Set(fused.map(({ row }) => row))).toEqual(new Set(given.flat().map(({ row }) => row)));
        expect(fused.length).toBe(new Set(given.flat().map(({ row }) => row)).size);
        expect(fused.every(({ score }, index) => index === 0 || score <= (fused[index - 1]?.score ?? 0))).toBe(true);
        const turned = scoresOf(fuse(given.toReversed()));
        for (const { row, score } of fused) {
          expect(turned[row]).toBeCloseTo(score, 4);
        }
      }
    }),
  );
});
