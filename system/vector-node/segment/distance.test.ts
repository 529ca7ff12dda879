import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Distance, distances, metrics, normalise } from './distance.ts';

const pairs = fc.integer({ min: 1, max: 37 }).chain((size) => {
  const vector = fc.float32Array({ minLength: size, maxLength: size, noNaN: true, noDefaultInfinity: true, min: -100, max: 100 });
  return fc.tuple(vector, vector, fc.integer({ min: 0, max: 9 }));
});

const definitions: Record<Distance, (left: number[], right: number[]) => number> = {
  Cosine: (left, right) => left.reduce((sum, component, index) => sum + component * (right[index] as number), 0),
  Dot: (left, right) => left.reduce((sum, component, index) => sum + component * (right[index] as number), 0),
  Euclid: (left, right) => Math.hypot(...left.map((component, index) => component - (right[index] as number))),
  Manhattan: (left, right) => left.reduce((sum, component, index) => sum + Math.abs(component - (right[index] as number)), 0),
};

test.each(distances)('%s is its definition for every size and offset', (distance) => {
  fc.assert(
    fc.property(pairs, ([query, vector, offset]) => {
      const block = new Float32Array(offset + vector.length + 3).fill(7);
      block.set(vector, offset);
      const { kernel, score } = metrics[distance];
      const expected = definitions[distance]([...query], [...vector]);
      const tolerance = 1e-5 * Math.max(1, ...query.map(Math.abs), ...vector.map(Math.abs)) ** 2;
      expect(Math.abs(score(kernel(query, block, offset)) - expected)).toBeLessThanOrEqual(tolerance * query.length);
    }),
  );
});

test('normalising makes length 1, keeps the direction and leaves a zero vector alone', () => {
  const vector = Float32Array.of(3, 0, 4, 0);
  normalise(vector);
  expect([...vector]).toEqual([...Float32Array.of(0.6, 0, 0.8, 0)]);
  const zero = new Float32Array(4);
  normalise(zero);
  expect([...zero]).toEqual([0, 0, 0, 0]);
});
