import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawFrom, randomStream } from './random-stream.ts';

const draws = (count: number, draw: () => number) => Array.from({ length: count }, draw);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('randomStream', () => {
  it('gives the same numbers for the same seed and name, and others otherwise', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), (seed, name) => {
        const numbers = (s: number, n: string) => {
          const stream = randomStream(s, n);
          return draws(5, () => stream.uniform());
        };
        expect(numbers(seed, name)).toEqual(numbers(seed, name));
        expect(numbers(seed, name)).not.toEqual(numbers(seed + 1, name));
        expect(numbers(seed, name)).not.toEqual(numbers(seed, `${name}'`));
      }),
    );
  });

  it('starts streams of similar names independently', () => {
    const firsts = Array.from({ length: 5_000 }, (_, index) => randomStream(1, `document-${index}`).uniform() - 0.5);
    const lagged = firsts.slice(1).map((value, index) => value * (firsts[index] ?? 0));
    // Serial correlation of independent draws: standard error 1 ÷ √n; four of them.
    expect(Math.abs(mean(lagged) / mean(firsts.map((value) => value * value)))).toBeLessThan(4 / Math.sqrt(firsts.length));
    expect(Math.abs(mean(firsts))).toBeLessThan((4 * Math.sqrt(1 / 12)) / Math.sqrt(firsts.length));
  });

  it('has the moments of its distributions', () => {
    const stream = randomStream(3, 'moments');
    const n = 100_000;
    const within = (value: number, expected: number, deviation: number) =>
      expect(Math.abs(value - expected)).toBeLessThan((5 * deviation) / Math.sqrt(n));
    within(mean(draws(n, () => stream.exponential())), 1, 1);
    const normals = draws(n, () => stream.normal());
    within(mean(normals), 0, 1);
    within(mean(normals.map((value) => value * value)), 1, Math.SQRT2);
    within(mean(draws(n, () => stream.below(10))), 4.5, 2.88);
  });

  it('stays in its ranges', () => {
    const stream = randomStream(4, 'ranges');
    for (let draw = 0; draw < 10_000; draw += 1) {
      expect(stream.positive()).toBeGreaterThan(0);
      expect(stream.uniform()).toBeLessThan(1);
      expect([0, 1, 2]).toContain(stream.below(3));
    }
  });
});

describe('drawFrom', () => {
  it('refuses an empty list', () => {
    expect(() => drawFrom(randomStream(1, 'x'), [])).toThrow('empty');
  });
});
