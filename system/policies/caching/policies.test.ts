import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../random-stream.ts';
import { cachePolicies } from './index.ts';
import type { CacheLimits, PolicyId, PolicyParts } from './policy.ts';
import { limits, operate, operations } from './testing/operations.ts';

/** Ten million for the evidence of a release, in a minute or two. */
const steps = Number(process.env.CACHE_OPERATIONS ?? 1_000_000);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function bytesInUse(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const ids = Object.keys(cachePolicies) as PolicyId[];

describe.each(ids)('%s', (id) => {
  const create = <Key>(parts: PolicyParts<Key>) => cachePolicies[id].create(parts);

  test('never holds more than its limits, holds only what was put in and not taken out since, and counts bytes exactly', () => {
    fc.assert(
      fc.property(limits, operations, ({ maximumEntries = Infinity, maximumBytes = Infinity }: CacheLimits, steps) => {
        const sizes = new Map<string, number>();
        const policy = create<string>({
          limits: { ...(maximumEntries < Infinity && { maximumEntries }), ...(maximumBytes < Infinity && { maximumBytes }) },
          onEvict(key) {
            expect(sizes.delete(key), `${key} was resident when it was evicted`).toBe(true);
          },
        });
        for (const step of steps) {
          const knew = sizes.has(step.key);
          if (step.kind === 'delete') {
            expect(policy.delete(step.key)).toBe(knew);
            sizes.delete(step.key);
          } else if (step.kind === 'ask' && knew) {
            expect(policy.get(step.key)).toBe(true);
          } else {
            expect(step.kind === 'ask' && policy.get(step.key)).toBe(false);
            // Noted before, so that an eviction of the newcomer itself is seen; larger than the cache never comes in.
            if (knew || step.size <= maximumBytes) {
              sizes.set(step.key, step.size);
            }
            expect(policy.set(step.key, step.size, step.cost)).toBe(sizes.has(step.key));
          }
          const found = 'abcdefghijklmnopqrstuvwxyz'.split('').filter((letter) => policy.has(letter));
          expect([found, policy.entries, policy.bytes]).toEqual([
            [...sizes.keys()].sort(),
            sizes.size,
            [...sizes.values()].reduce((sum, size) => sum + size, 0),
          ]);
          expect(policy.entries <= maximumEntries && policy.bytes <= maximumBytes).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('does the same again, and looking without asking changes nothing', () => {
    fc.assert(
      fc.property(limits, operations, (bounds, steps) => {
        const run = (peeks: boolean) => {
          const policy = create<string>({ limits: bounds });
          return steps.map((step) => {
            if (peeks) {
              policy.has(step.key);
            }
            return `${operate(policy, step)} ${policy.entries} ${policy.bytes}`;
          });
        };
        expect(run(true)).toEqual(run(false));
      }),
      { numRuns: 30 },
    );
  });

  test('an item larger than the cache is refused, and a resident that grew beyond it leaves', () => {
    const evicted: string[] = [];
    const policy = create<string>({ limits: { maximumBytes: 10 }, onEvict: (key) => evicted.push(key) });
    expect(policy.set('a', 10)).toBe(true);
    expect(policy.set('b', 11)).toBe(false);
    expect([policy.has('a'), policy.bytes, evicted]).toEqual([true, 10, []]);
    expect(policy.set('a', 11)).toBe(false);
    expect([policy.has('a'), policy.entries, policy.bytes, evicted]).toEqual([false, 0, 0, ['a']]);
  });

  test('an unsized cache, limits and sizes that are not whole numbers from 1 are named', () => {
    expect(() => create({ limits: {} })).toThrow('maximumEntries or maximumBytes, got neither');
    expect(() => create({ limits: { maximumEntries: 0 } })).toThrow('maximumEntries must be a whole number from 1, got 0');
    expect(() => create({ limits: { maximumBytes: 1.5 } })).toThrow('maximumBytes must be a whole number from 1, got 1.5');
    expect(() => create<string>({ limits: { maximumEntries: 1 } }).set('a', 0)).toThrow('whole number of bytes from 1, got 0');
  });

  test(`${steps} operations over ever new keys leave nothing behind that the first tenth had not`, () => {
    const policy = create<number>({ limits: { maximumEntries: 1000, maximumBytes: 5000 } });
    const random = randomStream(8, `growth of ${id}`);
    let afterTenth = 0;
    for (let step = 0; step < steps; step += 1) {
      // Half of the accesses go to keys that move on for ever, half to a steady few.
      const key = random.uniform() < 0.5 ? step : -random.below(2000);
      if (!policy.get(key)) {
        policy.set(key, 1 + (step % 9));
      }
      if (step === steps / 10) {
        afterTenth = bytesInUse();
      }
    }
    // One byte kept per operation would be seen.
    expect(bytesInUse() - afterTenth).toBeLessThan(steps * 0.9);
    expect([policy.entries <= 1000, policy.bytes <= 5000]).toEqual([true, true]);
  });
});

test('every policy keeps a cache that suffices for all keys free of misses after the first of each', () => {
  for (const id of ids) {
    const policy = cachePolicies[id].create<number>({ limits: { maximumEntries: 64 } });
    const seen = Array.from({ length: 640 }, (_, step) => policy.get(step % 64) || !policy.set(step % 64, 1));
    expect(seen.lastIndexOf(false), id).toBe(63);
  }
});

test('a count of misses over a loop one larger than the cache: LRU, FIFO and CLOCK miss always, those that resist scans do not', () => {
  const missRatio = (id: PolicyId) => {
    const policy = cachePolicies[id].create<number>({ limits: { maximumEntries: 100 } });
    let misses = 0;
    for (let step = 0; step < 101 * 100; step += 1) {
      if (!policy.get(step % 101)) {
        policy.set(step % 101, 1);
        misses += 1;
      }
    }
    return misses / (101 * 100);
  };
  expect(['lru', 'fifo', 'clock'].map((id) => missRatio(id as PolicyId))).toEqual([1, 1, 1]);
  for (const id of ['lirs', 'w-tinylfu'] as const) {
    expect(missRatio(id), id).toBeLessThan(0.2);
  }
});
