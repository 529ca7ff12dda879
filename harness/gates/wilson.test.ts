import { expect, it } from 'vitest';
import { wilsonInterval } from './wilson.ts';

it('agrees with the published value for 81 of 263', () => {
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 0.2553 to 0.3662.
  const { low, high } = wilsonInterval(81, 263);
  expect(low).toBeCloseTo(0.2553, 4);
  expect(high).toBeCloseTo(0.3662, 4);
});

it('stays inside 0 and 1 and is not empty at the edges', () => {
  expect(wilsonInterval(0, 1096)).toMatchObject({ low: 0 });
  expect(wilsonInterval(1096, 1096)).toMatchObject({ high: 1 });
  expect(wilsonInterval(0, 20).high).toBeGreaterThan(0.1);
  expect(wilsonInterval(20, 20).low).toBeLessThan(0.9);
});

it('refuses what is no proportion', () => {
  expect(() => wilsonInterval(0, 0)).toThrow('0 of 0');
  expect(() => wilsonInterval(3, 2)).toThrow('3 of 2');
});
