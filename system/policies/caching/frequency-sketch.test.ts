import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrequencySketch } from './frequency-sketch.ts';

test('never counts too low before it halves, and stops at 15', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 150 }), (keys) => {
      const sketch = new FrequencySketch(16);
      const exact = new Map<number, number>();
      for (const key of keys) {
        sketch.increment(key);
        exact.set(key, (exact.get(key) ?? 0) + 1);
      }
      for (const [key, count] of exact) {
        expect(sketch.frequency(key)).toBeGreaterThanOrEqual(Math.min(15, count));
        expect(sketch.frequency(key)).toBeLessThanOrEqual(15);
      }
    }),
  );
});

test('tells as many keys apart as it was made for, nearly always exactly', () => {
  const sketch = new FrequencySketch(1024);
  const keys = Array.from({ length: 1024 }, (_, index) => `passage-${index}`);
  for (const [index, key] of keys.entries()) {
    for (let count = 0; count < index % 5; count += 1) {
      sketch.increment(key);
    }
  }
  const wrong = keys.filter((key, index) => sketch.frequency(key) !== index % 5);
  expect(wrong.length).toBeLessThan(keys.length / 20);
});

test('halves all counters after ten accesses per key', () => {
  const sketch = new FrequencySketch(16);
  for (let count = 0; count < 12; count += 1) {
    sketch.increment('hot');
  }
  for (let other = 0; other < 147; other += 1) {
    sketch.increment(`other-${other}`);
  }
  const before = sketch.frequency('hot');
  sketch.increment('last');
  expect(before).toBeGreaterThanOrEqual(12);
  expect(sketch.frequency('hot')).toBe(before >>> 1);
});

test('counts numbers beyond 32 bits, strings and bigints, and refuses what it cannot tell apart', () => {
  const sketch = new FrequencySketch(1024);
  const keys = [1, 1 + 2 ** 32, 1 + 2 ** 40, 'a', 'b', 2n, 2n + (1n << 41n)];
  for (const [index, key] of keys.entries()) {
    for (let count = 0; count <= index; count += 1) {
      sketch.increment(key);
    }
  }
  expect(keys.map((key) => sketch.frequency(key))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(() => sketch.increment({})).toThrow('counts numbers, strings and bigints, got object');
});

test('starts anew when it grows', () => {
  const sketch = new FrequencySketch(16);
  sketch.increment('a');
  sketch.ensureCapacity(16);
  expect(sketch.frequency('a')).toBe(1);
  sketch.ensureCapacity(17);
  expect([sketch.capacity, sketch.frequency('a')]).toEqual([32, 0]);
});
