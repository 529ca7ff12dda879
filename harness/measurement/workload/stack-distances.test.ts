import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstRequest, stackDistances } from './stack-distances.ts';

/** The stack itself, as the paper has it. */
function bruteForce(keys: readonly number[]): number[] {
  const stack: number[] = [];
  return keys.map((key) => {
    const depth = stack.indexOf(key);
    if (depth !== -1) {
      stack.splice(depth, 1);
    }
    stack.unshift(key);
    return depth === -1 ? firstRequest : depth + 1;
  });
}

describe('stack distances', () => {
  it('are those of a trace worked by hand', () => {
    expect([...stackDistances([0, 1, 2, 0, 0, 2, 3, 1], 4)]).toEqual([-1, -1, -1, 3, 1, 2, -1, 4]);
  });

  it('are those of the stack, however often positions are renumbered', () => {
    // 1,024 positions are the least that the tree has, so the longer traces fill it several times.
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 4000, size: 'max' }), (keys) => {
        expect([...stackDistances(keys, 41)]).toEqual(bruteForce(keys));
      }),
      { numRuns: 60 },
    );
  });

  it('of nothing are nothing', () => {
    expect(stackDistances([], 0)).toHaveLength(0);
  });
});
