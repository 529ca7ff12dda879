import { expect, test } from 'vitest';
import { randomStream } from '../policies/random-stream.ts';
import { createFaults, type FaultShares } from './faults.ts';

const shares: FaultShares = { cut: 0.1, stalled: 0.05, malformed: 0.2, error: 0.02 };
const count = 50_000;
const draws = (given: FaultShares, overloadedShare: number, seed = 1) => {
  const draw = createFaults(given, overloadedShare, randomStream(seed, 'faults'));
  return Array.from({ length: count }, draw);
};

test('every fault comes with its share, anywhere in the answer', () => {
  const drawn = draws(shares, 0.3);
  for (const [fault, share] of [...Object.entries(shares), ['none', 0.63]] as [string, number][]) {
    const observed = drawn.filter(({ stream }) => (stream?.fault ?? 'none') === fault).length / count;
    // Four standard errors.
    expect(Math.abs(observed - share), fault).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / count));
  }
  expect(Math.abs(drawn.filter(({ isOverloaded }) => isOverloaded).length / count - 0.3)).toBeLessThan(0.01);
  const positions = drawn.flatMap(({ stream }) => stream?.position ?? []);
  expect(Math.min(...positions)).toBeLessThan(0.01);
  expect(Math.max(...positions)).toBeGreaterThan(0.99);
});

test('a share of 1 means always, of 0 never, and the same seed the same', () => {
  const none = { cut: 0, stalled: 0, malformed: 0, error: 0 };
  expect(draws({ ...none, cut: 1 }, 0).every(({ stream, isOverloaded }) => stream?.fault === 'cut' && !isOverloaded)).toBe(true);
  expect(draws(none, 1).every(({ stream, isOverloaded }) => stream === undefined && isOverloaded)).toBe(true);
  expect(draws(shares, 0.3, 9)).toEqual(draws(shares, 0.3, 9));
});

test('a switch moves the draws of no other', () => {
  const positions = (overloadedShare: number) => draws(shares, overloadedShare).map(({ stream }) => stream);
  expect(positions(0)).toEqual(positions(1));
});
