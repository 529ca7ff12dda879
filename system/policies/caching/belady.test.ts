import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beladyHits, beladyPolicy, neverAgain, nextAccesses, survivingAccesses } from './belady.ts';

const keys = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 11 });

/** The most hits of any sequence of decisions, by trying all of them. */
function mostHits(accesses: readonly number[], capacity: number, mayRefuse: boolean): number {
  const best = (index: number, held: readonly number[]): number => {
    const key = accesses[index];
    if (key === undefined) {
      return 0;
    }
    if (held.includes(key)) {
      return 1 + best(index + 1, held);
    }
    const choices = held.length < capacity ? [[...held, key]] : held.map((victim) => [...held.filter((other) => other !== victim), key]);
    return Math.max(...[...choices, ...(mayRefuse ? [held] : [])].map((choice) => best(index + 1, choice)));
  };
  return best(0, []);
}

describe('belady', () => {
  test('names the next access of each key', () => {
    expect([...nextAccesses(['a', 'b', 'a', 'c', 'b', 'a'])]).toEqual([2, 4, 5, neverAgain, neverAgain, neverAgain]);
  });

  test.each([true, false])('has as many hits as the best of all possible decisions (keys may be refused: %s)', (mayRefuse) => {
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 4 }), (accesses, capacity) => {
        expect(beladyHits(nextAccesses(accesses), capacity, { mayRefuse })).toBe(mostHits(accesses, capacity, mayRefuse));
      }),
    );
  });

  test('refusing can pay: a key between two accesses to the only other one', () => {
    const next = nextAccesses(['a', 'b', 'a']);
    expect([beladyHits(next, 1), beladyHits(next, 1, { mayRefuse: false })]).toEqual([1, 0]);
  });

  test('a trace worked by hand: three entries, twenty accesses, nine misses', () => {
    // 7 0 1 | 2 for 7 | hit 0 | 3 for 1 | hit 0 | 4 for 0 | hits 2 3 | 0 for 4 | hits 3 2 | 1 for 3 | hits 2 0 1 | 7 for 2 | hits 0 1
    const accesses = '70120304230321201701'.split('');
    const access = beladyPolicy(3, { mayRefuse: false });
    const seen = [...nextAccesses(accesses)].map((next) => (access(next) ? '.' : 'M')).join('');
    expect(seen).toBe('MMMM.M.M..M..M...M..');
  });

  test('what expires or is invalidated between two accesses is no hit', () => {
    const accesses = ['a', 'b', 'a', 'a', 'b'];
    const timesMs = [0, 10, 100, 150, 200];
    const living = survivingAccesses(nextAccesses(accesses), (from, to) => (timesMs[to] as number) - (timesMs[from] as number) < 100);
    expect([...living]).toEqual([neverAgain, neverAgain, 3, neverAgain, neverAgain]);
    expect(beladyHits(living, 2)).toBe(1);
  });

  test('long sequences of hits keep the memory of the capacity', () => {
    const access = beladyPolicy(2);
    const seen = Array.from({ length: 10_000 }, (_, index) => access(index + 2));
    expect(seen.filter((isHit) => !isHit)).toHaveLength(2);
  });

  test('a capacity or a next access that cannot be is named', () => {
    expect(() => beladyPolicy(0)).toThrow('capacity must be a whole number from 1, got 0');
    expect(() => beladyHits([0], 1)).toThrow('access 0 names 0 as the next one of its key, which is not later');
  });
});
