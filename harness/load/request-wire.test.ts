import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PreparedRequest } from '../contract/plan.ts';
import { jobBytes, wireRequest } from './request-wire.ts';

const target = { host: '127.0.0.1', port: 8080 } as const;
const request: PreparedRequest = {
  kind: 'search',
  method: 'POST',
  path: '/v1/search',
  headers: { 'x-api-key': 'k' },
  body: '{"q":"检索"}',
};

describe('request on the wire', () => {
  it('is one well-formed request with its own id and remaining time', () => {
    expect(jobBytes(wireRequest(request, target), 'step:7', 950).toString()).toBe(
      'POST /v1/search HTTP/1.1\r\nhost: 127.0.0.1:8080\r\nx-api-key: k\r\ncontent-length: 14\r\nx-request-id: step:7\r\nx-deadline-ms: 950\r\n\r\n{"q":"检索"}',
    );
  });

  it('names its conversation in the room that was left for it, without touching the next request', () => {
    const wire = wireRequest({ ...request, session: true }, target, 4);
    for (const session of ['a.01', 'b.77']) {
      const text = jobBytes(wire, 'step:7', 950, session).toString('utf8');
      const [head = '', body = ''] = text.split('\r\n\r\n');
      expect(JSON.parse(body)).toEqual({ session_id: session, q: '检索' });
      expect(Number(/content-length: (\d+)/.exec(head)?.[1])).toBe(Buffer.byteLength(body));
    }
  });

  it.each([
    ['a list', '[1]'],
    ['no fields', '{}'],
    ['no body', ''],
  ])('refuses to put a conversation into %s', (_, body) => {
    expect(() => wireRequest({ ...request, body, session: true }, target, 4)).toThrow('its body is no JSON object with fields');
  });

  it('refuses a conversation without users', () => {
    expect(() => wireRequest({ ...request, session: true }, target)).toThrow('there are no users');
  });

  it('announces the bytes of the body, not its characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (body) => {
        const text = jobBytes(wireRequest({ ...request, body }, target), 'a:1', 5).toString('utf8');
        const [head = '', ...rest] = text.split('\r\n\r\n');
        expect(Number(/content-length: (\d+)/.exec(head)?.[1])).toBe(Buffer.byteLength(body));
        expect(rest.join('\r\n\r\n')).toBe(Buffer.from(body).toString('utf8'));
      }),
    );
  });

  it('has no content-length for a GET without a body but one for a POST without', () => {
    const { body: _, ...bodiless } = request;
    expect(wireRequest({ ...bodiless, method: 'GET' }, target).head.toString()).not.toContain('content-length');
    expect(wireRequest(bodiless, target).head.toString()).toContain('content-length: 0\r\n');
  });

  it.each([
    ['a header of the generator', { headers: { 'X-Request-Id': 'a' } }, /X-Request-Id, which the generator writes/],
    ['a line break in a header', { headers: { a: 'b\r\nc: d' } }, /no header may contain/],
    ['a header that is no token', { headers: { 'a b': 'c' } }, /no header may contain/],
    ['a space in the path', { path: '/a b' }, /percent-encoded/],
  ])('refuses %s', (_, changes, message) => {
    expect(() => wireRequest({ ...request, ...changes }, target)).toThrow(message);
  });
});
