import { expect, test } from 'vitest';
import { createRecent } from './recent.ts';

test('never holds more than two generations and keeps what is used', () => {
  const recent = createRecent<number>(10);
  let made = 0;
  const make = () => {
    made += 1;
    return made;
  };
  const first = recent.get('often', make);
  for (let round = 0; round < 500; round += 1) {
    recent.get(`once-${round}`, make);
    expect(recent.get('often', make)).toBe(first);
    expect(recent.size()).toBeLessThanOrEqual(20);
  }
  expect(made).toBe(501);
});

test('what was not used for two generations is made again', () => {
  const recent = createRecent<string>(2);
  let calls = 0;
  const make = (key: string) => {
    calls += 1;
    return key;
  };
  for (const key of ['a', 'b', 'c', 'd', 'e', 'a']) {
    recent.get(key, make);
  }
  expect(calls).toBe(6);
});
