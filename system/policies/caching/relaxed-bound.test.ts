import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beladyHits, nextAccesses } from './belady.ts';
import { cachePolicies } from './index.ts';
import type { PolicyId } from './policy.ts';
import { relaxedBound } from './relaxed-bound.ts';

const sizeOf = (key: number) => [1, 2, 3, 5, 8][key] as number;
const costOf = (key: number) => [4, 1, 7, 2, 9][key] as number;

/** The most that any sequence of decisions saves, by trying all of them. */
function mostSaved(accesses: readonly number[], maximumBytes: number, worthOf: (key: number) => number): number {
  const subsets = (held: readonly number[]): number[][] =>
    Array.from({ length: 2 ** held.length }, (_, chosen) => held.filter((_key, bit) => (chosen >>> bit) % 2 === 1));
  const best = (index: number, held: readonly number[]): number => {
    const key = accesses[index];
    if (key === undefined) {
      return 0;
    }
    const saved = held.includes(key) ? worthOf(key) : 0;
    const kept = subsets([...new Set([...held, key])]).filter((set) => set.reduce((sum, each) => sum + sizeOf(each), 0) <= maximumBytes);
    return saved + Math.max(...kept.map((set) => best(index + 1, set)));
  };
  return best(0, []);
}

test('is never below what the best of all possible decisions saves, in hits, bytes and costs', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom(() => 1, sizeOf, costOf),
      (accesses, maximumBytes, worthOf) => {
        const bound = relaxedBound({
          next: nextAccesses(accesses),
          sizesBytes: accesses.map(sizeOf),
          worths: accesses.map(worthOf),
          maximumBytes,
        });
        expect(bound).toBeGreaterThanOrEqual(mostSaved(accesses, maximumBytes, worthOf) - 1e-9);
      },
    ),
    { numRuns: 60 },
  );
});

test('no policy has more hits', () => {
  const key = fc.integer({ min: 0, max: 4 });
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 200 }), fc.integer({ min: 1, max: 19 }), (accesses, maximumBytes) => {
      const bound = relaxedBound({ next: nextAccesses(accesses), sizesBytes: accesses.map(sizeOf), maximumBytes });
      for (const id of Object.keys(cachePolicies) as PolicyId[]) {
        const policy = cachePolicies[id].create<number>({ limits: { maximumBytes } });
        let hits = 0;
        for (const asked of accesses) {
          if (policy.get(asked)) {
            hits += 1;
          } else {
            policy.set(asked, sizeOf(asked));
          }
        }
        expect(hits, id).toBeLessThanOrEqual(bound + 1e-9);
      }
    }),
    { numRuns: 40 },
  );
});

test('with equal sizes it lies at or above the exact bound, and a cache for everything misses each key once', () => {
  const accesses = Array.from({ length: 500 }, (_, index) => (index * index + 3 * index) % 37);
  const next = nextAccesses(accesses);
  const ones = accesses.map(() => 1);
  for (const capacity of [1, 4, 9, 20]) {
    expect(relaxedBound({ next, sizesBytes: ones, maximumBytes: capacity })).toBeGreaterThanOrEqual(beladyHits(next, capacity));
  }
  expect(relaxedBound({ next, sizesBytes: ones, maximumBytes: 37 })).toBe(accesses.length - new Set(accesses).size);
});

test('worked by hand: what is cheap to keep comes first, the last in part, what is larger than the cache never', () => {
  // a for 3 bytes over one access, b for 9 over one: both larger than 2 bytes, only b larger than 3, none larger than 9.
  const pairs = { next: nextAccesses('aabb'.split('')), sizesBytes: [3, 3, 9, 9] };
  expect([2, 3, 9].map((maximumBytes) => relaxedBound({ ...pairs, maximumBytes }))).toEqual([0, 1, 2]);
  // Three intervals of two accesses each take 2 of the 5 bytes times accesses: two of them, and half of the third.
  expect(relaxedBound({ next: nextAccesses('ababa'.split('')), sizesBytes: [1, 1, 1, 1, 1], maximumBytes: 1 })).toBe(2.5);
  // As costs 1 and 10 at the same size, b's interval goes first: 10, and the 3 that are left of 5 suffice for one and a half of a's.
  const costs = { next: nextAccesses('ababa'.split('')), sizesBytes: [1, 1, 1, 1, 1], worths: [1, 10, 1, 10, 1], maximumBytes: 1 };
  expect(relaxedBound(costs)).toBe(11.5);
});

test('arrays that do not match and a limit that is none are named', () => {
  expect(() => relaxedBound({ next: [Infinity], sizesBytes: [], maximumBytes: 1 })).toThrow('1 accesses need as many sizes');
  expect(() => relaxedBound({ next: [], sizesBytes: [], maximumBytes: 0 })).toThrow('maximumBytes must be positive, got 0');
});
