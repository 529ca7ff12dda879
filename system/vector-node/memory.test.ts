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

test('room that is used again is no view of who had it before', () => {
  const before = momentaryBytes(3_000_000).fill(1);
  freeBytes(before);

  const after = momentaryBytes(2_500_000).fill(2);
  const beside = momentaryBytes(2_500_000).fill(3);

  expect(before.length).toBe(0);
  expect(after.every((byte) => byte === 2)).toBe(true);
  freeBytes(before);
  expect(beside.every((byte) => byte === 3)).toBe(true);
  expect(after.length).toBe(2_500_000);
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
