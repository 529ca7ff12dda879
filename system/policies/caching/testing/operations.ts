import fc from 'fast-check';
import type { CacheLimits } from '../policy.ts';

/** What is done to a cache: mostly what a replay does, a look-up and an offer where it failed. */
export type Operation =
  | { readonly kind: 'ask' | 'write'; readonly key: string; readonly size: number; readonly cost: number }
  | { readonly kind: 'delete'; readonly key: string };

const key = fc.integer({ min: 0, max: 25 }).map((number) => String.fromCharCode(97 + Math.floor(number * (number / 25))));
const size = fc.integer({ min: 1, max: 9 });
const cost = fc.integer({ min: 0, max: 4 });

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 16, arbitrary: fc.record({ kind: fc.constant('ask' as const), key, size, cost }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('write' as const), key, size: fc.integer({ min: 1, max: 40 }), cost }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
);

export const operations = fc.array(operation, { minLength: 1, maxLength: 300, size: 'max' });

const maximumEntries = fc.integer({ min: 1, max: 12 });
const maximumBytes = fc.integer({ min: 1, max: 60 });

export const limits: fc.Arbitrary<CacheLimits> = fc.oneof(
  fc.record({ maximumEntries }),
  fc.record({ maximumBytes }),
  fc.record({ maximumEntries, maximumBytes }),
);

/** Does one operation; returns what a caller would see of it. */
export function operate(
  cache: { get(key: string): boolean; set(key: string, size: number, cost: number): boolean; delete(key: string): boolean },
  step: Operation,
): string {
  if (step.kind === 'delete') {
    return `delete ${cache.delete(step.key)}`;
  }
  if (step.kind === 'ask' && cache.get(step.key)) {
    return 'hit';
  }
  return `${step.kind} ${cache.set(step.key, step.size, step.cost)}`;
}
