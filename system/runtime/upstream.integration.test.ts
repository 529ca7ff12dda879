import { describe, expect, test } from 'vitest';
import { ApiError } from './api-error.ts';
import { within } from './deadline.ts';
import { cut, fakeServer, hang } from './testing/fake-server.ts';
import { createUpstream } from './upstream.ts';

const never = () => new AbortController().signal;
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable(),
    (error: unknown) => error as ApiError,
  );

describe('an upstream', () => {
  test('gives every status as an answer, body included', async () => {
    await using server = await fakeServer(({ body }) => ({ status: 418, body: { got: body } }));
    const upstream = createUpstream('query', server.url);
    const answer = await upstream.request({ method: 'POST', path: '/x', headers: { 'x-a': 'b' }, body: '{"ä":1}', signal: never() });
    expect([answer.status, answer.contentType, JSON.parse(answer.body.toString())]).toEqual([418, 'application/json', { got: { ä: 1 } }]);
    expect(server.requests[0]?.headers['x-a']).toBe('b');
    await upstream.close();
  });

  test('that is not there is unavailable; one that breaks off has failed', async () => {
    await using server = await fakeServer(() => cut);
    const gone = createUpstream('query', 'http://127.0.0.1:1');
    const cutting = createUpstream('query', server.url);
    expect(await errorOf(gone.request({ method: 'GET', path: '/', headers: {}, signal: never() }))).toMatchObject({ code: 'unavailable' });
    expect(await errorOf(cutting.request({ method: 'GET', path: '/', headers: {}, signal: never() }))).toMatchObject({
      code: 'upstream_failed',
    });
    await Promise.all([gone.close(), cutting.close()]);
  });

  test('that hangs is left with the reason of the signal, and its connection is given up', async () => {
    await using server = await fakeServer(() => hang);
    const upstream = createUpstream('query', server.url);
    const reason = new ApiError('deadline_exceeded', 'over');
    const stopping = new AbortController();
    const asking = upstream.request({ method: 'GET', path: '/', headers: {}, signal: stopping.signal });
    stopping.abort(reason);
    expect(await errorOf(asking)).toBe(reason);
    expect(await errorOf(upstream.request({ method: 'GET', path: '/', headers: {}, signal: stopping.signal }))).toBe(reason);
    // Resolves only once no request is left.
    await upstream.close();
  });
});

describe('within', () => {
  test('gives what the work gives, or the reason of the signal, whichever is first', async () => {
    const stopping = new AbortController();
    expect(await within(stopping.signal, Promise.resolve(3))).toBe(3);
    expect(await errorOf(within(stopping.signal, Promise.reject(new TypeError('mine'))))).toBeInstanceOf(TypeError);
    const waiting = within(stopping.signal, new Promise(() => undefined));
    stopping.abort(new RangeError('over'));
    expect(await errorOf(waiting)).toBeInstanceOf(RangeError);
    expect(await errorOf(within(stopping.signal, Promise.resolve(3)))).toBeInstanceOf(RangeError);
  });
});
