import { describe, expect, test } from 'vitest';
import { randomStream } from '../../policies/random-stream.ts';
import { createRateLimits, durationText, type RateLimitSettings } from './rate-limits.ts';

const limitsOf = (settings: Partial<RateLimitSettings>) =>
  createRateLimits(
    { requestsPerMinute: undefined, tokensPerMinute: undefined, windowMs: 1000, headers: 'sent', ...settings },
    randomStream(1, 'headers'),
  );

test.each([
  [0, '0ms'],
  [11.2, '12ms'],
  [999, '999ms'],
  [1000, '1s'],
  [8640, '8.64s'],
  [86_400, '1m26.4s'],
  [360_000, '6m0s'],
  [3_600_500, '1h0m0.5s'],
])('%d ms is written %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

describe('limits of a model', () => {
  test('without a limit nothing is refused and nothing said', () => {
    const limits = limitsOf({});
    expect(limits.takeRequest(0)).toBeUndefined();
    expect(limits.takeTokens(1e9, 0)).toBeUndefined();
    expect(limits.headers(0)).toEqual({});
  });

  test('requests: the second of one second is told when to come back, and is then served', () => {
    const limits = limitsOf({ requestsPerMinute: 60 });
    expect(limits.takeRequest(0)).toBeUndefined();
    expect(limits.headers(0)).toEqual({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '1s',
    });
    const refusal = limits.takeRequest(250);
    expect(refusal).toMatchObject({ status: 429, code: 'rate_limit_exceeded', param: null });
    expect(refusal?.body().error.type).toBe('requests');
    // The attempt counts: what the bucket had got in the meantime is gone.
    expect(limits.headers(250, refusal)).toMatchObject({ 'retry-after': '1', 'retry-after-ms': '1000' });
    expect(limits.takeRequest(1250)).toBeUndefined();
  });

  test('tokens: large requests are slowed down, those beyond the limit of a minute refused for good', () => {
    const limits = limitsOf({ tokensPerMinute: 6000 });
    // A second lets 100 tokens through; 1000 leave a debt of nine seconds.
    expect(limits.takeTokens(1000, 0)).toBeUndefined();
    const refusal = limits.takeTokens(100, 1000);
    expect(refusal?.body().error.type).toBe('tokens');
    expect(refusal?.retryAfterMs).toBeCloseTo(9000, 6);
    expect(limits.headers(1000, refusal)).toMatchObject({
      'x-ratelimit-limit-tokens': '6000',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '9s',
      'retry-after': '9',
    });
    expect(limits.takeTokens(100, 10_000)).toBeUndefined();
    const tooLarge = limits.takeTokens(6001, 60_000);
    expect(tooLarge?.message).toContain('too large');
    expect(limits.headers(60_000, tooLarge)).not.toHaveProperty('retry-after');
  });

  test('headers can be absent, -1, or now this and now that', () => {
    const refused = (headers: RateLimitSettings['headers']) => {
      const limits = limitsOf({ requestsPerMinute: 60, headers });
      limits.takeRequest(0);
      const refusal = limits.takeRequest(1);
      return Array.from({ length: 200 }, () => limits.headers(1, refusal)['retry-after-ms']);
    };
    expect(new Set(refused('absent'))).toEqual(new Set([undefined]));
    expect(new Set(refused('negative'))).toEqual(new Set(['-1']));
    expect(new Set(refused('mixed'))).toEqual(new Set([undefined, '-1', '1000']));
    expect(refused('mixed')).toEqual(refused('mixed'));
  });
});
