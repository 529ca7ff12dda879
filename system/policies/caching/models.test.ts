import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cachePolicies } from './index.ts';
import { lfu } from './lfu.ts';
import type { CacheLimits, CachePolicy, PolicyId } from './policy.ts';
import { LfuModel } from './testing/counters.ts';
import type { Model } from './testing/model.ts';
import { models } from './testing/models.ts';
import { limits, type Operation, operate, operations } from './testing/operations.ts';

function compare(policy: CachePolicy<string>, model: Model, steps: readonly Operation[]): void {
  for (const [index, step] of steps.entries()) {
    const seen = `step ${index}: ${step.kind} ${step.key}`;
    expect(operate(policy, step), seen).toBe(operate(model, step));
    const residents = model.residents().map(({ key }) => key);
    expect([residents.filter((key) => !policy.has(key)), policy.entries, policy.bytes], seen).toEqual([[], residents.length, model.bytes]);
  }
}

test.each(Object.keys(models) as PolicyId[])('%s does what its paper says, step by step', (id) => {
  fc.assert(
    fc.property(limits, operations, (bounds: CacheLimits, steps) => {
      compare(cachePolicies[id].create<string>({ limits: bounds }), models[id](bounds), steps);
    }),
    { numRuns: 150 },
  );
});

test('lirs forgets a ghost when a key that is written again grows', () => {
  const bounds = { maximumEntries: 6, maximumBytes: 28 };
  const sizes: [Operation['kind'], string, number][] = [
    ...['b', 'c', 'd', 'k'].map((key): [Operation['kind'], string, number] => ['write', key, 1]),
    ['ask', 'h', 8],
    ...['a', 'e', 'j', 'l'].map((key): [Operation['kind'], string, number] => ['ask', key, 1]),
    ['ask', 'f', 8],
    ['write', 'a', 6],
    ...['h', 'e', 'a'].map((key): [Operation['kind'], string, number] => ['ask', key, 1]),
  ];
  compare(
    cachePolicies.lirs.create<string>({ limits: bounds }),
    models.lirs(bounds),
    sizes.map(([kind, key, size]) => ({ kind, key, size, cost: 0 })),
  );
});

test('lirs keeps its ghosts when another key than a LIR one is written too large', () => {
  const bounds = { maximumBytes: 3 };
  const steps: [Operation['kind'], string, number][] = [
    ['ask', 'h', 3],
    ['ask', 'a', 2],
    ['ask', 'x', 1],
    ['write', 'x', 4],
    ['ask', 'h', 1],
    ['ask', 'b', 1],
    ['ask', 'a', 1],
  ];
  compare(
    cachePolicies.lirs.create<string>({ limits: bounds }),
    models.lirs(bounds),
    steps.map(([kind, key, size]) => ({ kind, key, size, cost: 0 })),
  );
});

test('lfu halves its counts as its paper says', () => {
  fc.assert(
    fc.property(limits, operations, (bounds: CacheLimits, steps) => {
      compare(lfu<string>({ limits: bounds }, 1.5), new LfuModel(bounds, 1.5), steps);
    }),
  );
});
