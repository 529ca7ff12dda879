import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { randomStream } from '../random-stream.ts';
import type { BalancingPolicyId } from './balancing-policy.ts';
import { balancingPolicies } from './index.ts';

const ids = Object.keys(balancingPolicies) as BalancingPolicyId[];
const open = (id: BalancingPolicyId, seed = 1) => balancingPolicies[id](randomStream(seed, 'routing'));

/** Throws `balls` at bins that keep them: how many each has in the end. */
function thrown(id: BalancingPolicyId, bins: number, balls: number, seed: number): Int32Array {
  const policy = open(id, seed);
  const counts = new Int32Array(bins);
  for (let ball = 0; ball < balls; ball += 1) {
    const bin = policy.choose(counts);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

describe.each(ids)('%s', (id) => {
  it('chooses a target that is there, though targets come and go', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.array(fc.nat(9), { minLength: 1, maxLength: 12 }), { maxLength: 50 }), (seed, rounds) => {
        const policy = open(id, seed);
        for (const inFlight of rounds) {
          const chosen = policy.choose(inFlight);
          expect(Number.isInteger(chosen) && chosen >= 0 && chosen < inFlight.length).toBe(true);
        }
      }),
    );
  });

  it('is decided by the seed', () => {
    expect(thrown(id, 7, 500, 3)).toEqual(thrown(id, 7, 500, 3));
  });

  it('leaves no target of idle ones out', () => {
    const policy = open(id);
    const chosen = new Set(Array.from({ length: 200 }, () => policy.choose([0, 0, 0, 0])));
    expect(chosen.size).toBe(4);
  });

  it('refuses to choose from nothing', () => {
    expect(() => open(id).choose([])).toThrow(RangeError);
  });
});

test('least in flight never chooses a target that has more than another', () => {
  const policy = open('least-in-flight');
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 16 }), (inFlight) => {
      expect(inFlight[policy.choose(inFlight)]).toBe(Math.min(...inFlight));
    }),
  );
});

test('power of two never chooses the only fullest target', () => {
  const policy = open('power-of-two');
  for (let draw = 0; draw < 500; draw += 1) {
    expect(policy.choose([1, 1, 9, 1])).not.toBe(2);
  }
});

test('power of two draws each pair equally often', () => {
  // Chosen is the lower place of the pair: with 4 targets 3, 2, 1 and 0 of the 6 pairs.
  const policy = open('power-of-two');
  const counts = [0, 0, 0, 0];
  const draws = 60_000;
  for (let draw = 0; draw < draws; draw += 1) {
    const chosen = policy.choose([0, 1, 2, 3]);
    counts[chosen] = (counts[chosen] ?? 0) + 1;
  }
  for (const [place, expected] of [3 / 6, 2 / 6, 1 / 6, 0].entries()) {
    expect(Math.abs((counts[place] ?? 0) / draws - expected)).toBeLessThan(0.01);
  }
});

test('balls into bins: two choices spread far better than one, and the fewest best of all', () => {
  // Mitzenmacher 2001: the fullest bin exceeds the mean by ln ln n ÷ ln 2 with two choices, by about √(2 ln n · mean) with one.
  const excess = (id: BalancingPolicyId) => Math.max(...thrown(id, 100, 100_000, 7)) - 1000;
  expect(excess('least-in-flight')).toBe(0);
  expect(excess('round-robin')).toBe(0);
  expect(excess('power-of-two')).toBeLessThanOrEqual(6);
  expect(excess('random')).toBeGreaterThan(30);
});
