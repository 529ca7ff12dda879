import { describe, expect, test } from 'vitest';
import { SingleFlight } from './single-flight.ts';

const nothing = () => Promise.resolve();
const never = new AbortController().signal;

function workOf() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let begun = 0;
  const work = () => {
    begun += 1;
    return promise;
  };
  return { work, resolve, reject, begun: () => begun };
}

describe('SingleFlight', () => {
  test('does the same thing once for all who ask while it lasts, and other things beside it', async () => {
    const flights = new SingleFlight<string>();
    const { work, resolve, begun } = workOf();
    const all = Promise.all([1, 2, 3].map(() => flights.do('a', never, work, nothing)));
    expect(await flights.do('b', never, () => Promise.resolve('other'), nothing)).toEqual({ value: 'other', shared: false });
    resolve('made');
    expect(await all).toEqual([
      { value: 'made', shared: false },
      { value: 'made', shared: true },
      { value: 'made', shared: true },
    ]);
    expect(begun()).toBe(1);
  });

  test('ends when what follows it has ended, and not before', async () => {
    const flights = new SingleFlight<number>();
    const kept = Promise.withResolvers<void>();
    expect(
      (
        await flights.do(
          'a',
          never,
          () => Promise.resolve(1),
          () => kept.promise,
        )
      ).value,
    ).toBe(1);
    expect(await flights.do('a', never, () => Promise.resolve(2), nothing)).toEqual({ value: 1, shared: true });
    kept.resolve();
    await kept.promise;
    await expect.poll(async () => (await flights.do('a', never, () => Promise.resolve(2), nothing)).value).toBe(2);
  });

  test('an error is everybody’s, and the next one begins anew', async () => {
    const flights = new SingleFlight<string>();
    const { work, reject, begun } = workOf();
    const all = Promise.allSettled([1, 2].map(() => flights.do('a', never, work, nothing)));
    reject(new Error('told to fail'));
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(begun()).toBe(1);
    expect((await flights.do('a', never, () => Promise.resolve('well'), nothing)).value).toBe('well');
  });

  test('that its maker has gone is not: one of those who wait makes it, the others go on waiting', async () => {
    const flights = new SingleFlight<string>();
    const leaving = new AbortController();
    const first = workOf();
    const second = workOf();
    const left = flights.do('a', leaving.signal, first.work, nothing).catch((error: unknown) => error);
    const waiting = Promise.all([1, 2].map(() => flights.do('a', never, second.work, nothing)));
    leaving.abort(new Error('gone'));
    first.reject(new Error('gone'));
    expect(await left).toEqual(new Error('gone'));
    await expect.poll(second.begun).toBe(1);
    second.resolve('made');
    expect((await waiting).filter(({ shared }) => shared)).toHaveLength(1);
    expect([first.begun(), second.begun()]).toEqual([1, 1]);
  });

  test('who waits waits no longer than he may', async () => {
    const flights = new SingleFlight<string>();
    const { work, resolve } = workOf();
    const maker = flights.do('a', never, work, nothing);
    const impatient = new AbortController();
    const waiting = flights.do('a', impatient.signal, work, nothing);
    impatient.abort(new Error('too late'));
    await expect(waiting).rejects.toThrow('too late');
    resolve('made');
    expect((await maker).value).toBe('made');
  });
});
