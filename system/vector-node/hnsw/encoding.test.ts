import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distances } from '../segment/distance.ts';
import { createEncoded, encodedSize, encodeQuery, encodeStored, scaleFor } from './encoding.ts';
import type { IndexSettings } from './index-settings.ts';

const settingsOf = (distance: IndexSettings['distance'], scalar: IndexSettings['scalar']): IndexSettings => ({
  dimensions: 8,
  distance,
  scalar,
  m: 16,
  efConstruct: 100,
  quantile: 0.99,
  threads: 1,
});
const vectors = fc.array(fc.float32Array({ minLength: 8, maxLength: 8, noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }), {
  minLength: 1,
  maxLength: 30,
});
const lengthOf = (vector: Iterable<number>) => Math.hypot(...vector);

test.each(distances)('%s: components keep their signs and stay within what is stored, extremes included', (distance) => {
  fc.assert(
    fc.property(vectors, fc.constantFrom('f16' as const, 'i8' as const), (list, scalar) => {
      const settings = settingsOf(distance, distance === 'Dot' ? 'f16' : scalar);
      const encoding = { scale: scaleFor(settings, list), lengthBound: 2000 };
      const extreme = Float32Array.from({ length: 8 }, () => 3e38);
      const target = createEncoded(settings, list.length + 1);
      for (const [index, vector] of [...list, extreme].entries()) {
        encodeStored(vector, encoding, settings, target, index * encodedSize(settings));
        const stored = target.slice(index * encodedSize(settings), index * encodedSize(settings) + 8);
        expect([...stored].every((component) => Math.abs(component) <= 65_000)).toBe(true);
        expect([...stored].every((component, at) => component * (vector[at] as number) >= 0)).toBe(true);
      }
    }),
  );
});

test('for Dot, Euclidean distance in the index orders as the inner product does', () => {
  fc.assert(
    fc.property(vectors, vectors, ([query], list) => {
      const settings = settingsOf('Dot', 'f16');
      const lengthBound = Math.max(1, ...list.map(lengthOf));
      const encoding = { scale: scaleFor(settings, list), lengthBound };
      const encodedQuery = createEncoded(settings, 1);
      encodeQuery(query as Float32Array, encoding, settings, encodedQuery);
      const scored = list.map((vector) => {
        const stored = createEncoded(settings, 1);
        encodeStored(vector, encoding, settings, stored, 0);
        const dot = vector.reduce((sum, component, at) => sum + component * ((query as Float32Array)[at] as number), 0);
        const squared = [...stored].reduce((sum, component, at) => sum + (component - (encodedQuery[at] as number)) ** 2, 0);
        return { dot, squared };
      });
      const terms = (lengthBound + lengthOf(query as Float32Array)) ** 2;
      for (const left of scored) {
        for (const right of scored) {
          if (left.dot > right.dot + 1e-4 * terms) {
            expect(left.squared).toBeLessThan(right.squared);
          }
        }
      }
    }),
  );
});
