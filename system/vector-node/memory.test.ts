import { expect, test } from 'vitest';
import { freeBytes, momentaryBytes } from './memory.ts';

test('large room is as long as was asked for and is freed at once, with every view of it', () => {
  const room = momentaryBytes(100_000);
  expect(room.length).toBe(100_000);
  const part = room.subarray(10, 20).fill(7);
  expect(part[9]).toBe(7);

  freeBytes(part);

  expect(room.length).toBe(0);
  expect(part.length).toBe(0);
});

test('small room shares its memory with others and is not freed', () => {
  const other = momentaryBytes(16).fill(3);
  const room = momentaryBytes(16).fill(5);

  freeBytes(room);

  expect(room).toEqual(Buffer.alloc(16, 5));
  expect(other).toEqual(Buffer.alloc(16, 3));
});

test('bytes are freed only by a view of all of them', () => {
  const whole = Buffer.allocUnsafeSlow(1000).fill(9);

  freeBytes(whole.subarray(0, 999));
  expect(whole.length).toBe(1000);

  freeBytes(whole);
  expect(whole.length).toBe(0);
});
