import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuseByRank, rankConstant } from './fusion.ts';

const id = fc.integer({ min: 0, max: 30 }).map((value) => `d${String(value).padStart(2, '0')}`);
const list = fc.uniqueArray(id, { maxLength: 15 }).map((ids) => ids.map((one) => ({ id: one })));
const lists = fc.array(list, { maxLength: 5 });

describe('fuseByRank', () => {
  test('a single list keeps its order', () => {
    fc.assert(
      fc.property(list, (one) => {
        expect(fuseByRank([one], one.length).map(({ id: found }) => found)).toEqual(one.map(({ id: found }) => found));
      }),
    );
  });

  test('the order of the lists does not matter, bit for bit', () => {
    fc.assert(
      fc.property(lists, fc.infiniteStream(fc.nat()), (given, keys) => {
        const shuffled = given
          .map((one) => ({ one, key: keys.next().value }))
          .sort((left, right) => left.key - right.key)
          .map(({ one }) => one);
        expect(fuseByRank(shuffled, 20)).toEqual(fuseByRank(given, 20));
      }),
    );
  });

  test('every id once, scores descend, and ids decide among equals', () => {
    fc.assert(
      fc.property(lists, (given) => {
        const fused = fuseByRank(given, 1_000);
        expect(new Set(fused.map((hit) => hit.id))).toEqual(new Set(given.flat().map((hit) => hit.id)));
        for (const [index, hit] of fused.slice(1).entries()) {
          const before = fused[index] as { id: string; score: number };
          expect(before.score > hit.score || (before.score === hit.score && before.id < hit.id)).toBe(true);
        }
      }),
    );
  });

  test('scores are those of the definition, at any constant', () => {
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 100 }), (given, constant) => {
        for (const hit of fuseByRank(given, 1_000, constant)) {
          const shares = given.map((one) => one.findIndex((other) => other.id === hit.id)).filter((rank) => rank >= 0);
          expect(hit.score).toBeCloseTo(
            shares.reduce((sum, rank) => sum + 1 / (constant + rank), 0),
            12,
          );
        }
      }),
    );
  });

  test('fewer are a prefix of more', () => {
    fc.assert(
      fc.property(lists, fc.nat({ max: 20 }), (given, limit) => {
        expect(fuseByRank(given, limit)).toEqual(fuseByRank(given, 1_000).slice(0, limit));
      }),
    );
  });

  test('found by both beats the first of one', () => {
    const [first] = fuseByRank(
      [
        [{ id: 'a' }, { id: 'b' }],
        [{ id: 'c' }, { id: 'b' }],
      ],
      3,
    );
    expect(first).toEqual({ id: 'b', score: 2 / (rankConstant + 1) });
  });
});
