import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../random-stream.ts';
import { cachePolicies } from './index.ts';
import {
  adaptiveLifetime,
  adaptivePlacement,
  fixedLifetime,
  jitteredLifetime,
  type Lifetime,
  type QuestionTraits,
  slidingLifetime,
  tieredLifetime,
} from './lifetime.ts';
import type { PolicyId } from './policy.ts';
import { withLifetime } from './with-lifetime.ts';

const ids = Object.keys(cachePolicies) as PolicyId[];

function cacheOf(lifetime: Lifetime<string>, id: PolicyId = 'lru') {
  const clock = { nowMs: 0 };
  const evicted: string[] = [];
  const parts = { limits: { maximumBytes: 100 }, onEvict: (key: string) => evicted.push(key) };
  const cache = withLifetime<string>(cachePolicies[id], parts, lifetime, () => clock.nowMs);
  const askAt = (nowMs: number, key = 'a') => {
    clock.nowMs = nowMs;
    return cache.get(key);
  };
  return { cache, clock, evicted, askAt };
}

describe.each(ids)('over %s', (id) => {
  test('an expired entry is a miss, frees its bytes and is reported; one that is young is a hit', () => {
    const { cache, evicted, askAt, clock } = cacheOf(fixedLifetime(1000), id);
    cache.set('a', 7);
    clock.nowMs = 500;
    cache.set('b', 5);
    expect([askAt(999), cache.entries, cache.bytes]).toEqual([true, 2, 12]);
    clock.nowMs = 1000;
    // Nobody has asked for it yet: it takes its room, but is not found.
    expect([cache.has('a'), cache.entries, cache.bytes]).toEqual([false, 2, 12]);
    expect([askAt(1000), cache.entries, cache.bytes, evicted]).toEqual([false, 1, 5, ['a']]);
    expect([askAt(1000), cache.set('a', 3), askAt(1400), cache.bytes]).toEqual([false, true, true, 8]);
    expect([cache.delete('a'), cache.delete('a'), cache.bytes]).toEqual([true, false, 5]);
  });

  test('found is what was written and neither evicted, deleted nor expired since', () => {
    const key = fc.constantFrom(...'abcdefgh'.split(''));
    const step = fc.record({ key, size: fc.integer({ min: 1, max: 60 }), pauseMs: fc.integer({ min: 0, max: 400 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const writtenAtMs = new Map<string, number>();
        let nowMs = 0;
        const cache = withLifetime<string>(
          cachePolicies[id],
          { limits: { maximumBytes: 100 }, onEvict: (gone) => writtenAtMs.delete(gone) },
          fixedLifetime(1000),
          () => nowMs,
        );
        for (const { key: asked, size, pauseMs } of steps) {
          nowMs += pauseMs;
          const since = writtenAtMs.get(asked);
          const isHit = cache.get(asked);
          expect(isHit).toBe(since !== undefined && nowMs - since < 1000);
          if (!isHit) {
            // Noted before, so that an eviction of the newcomer itself is seen.
            writtenAtMs.set(asked, nowMs);
            expect(cache.set(asked, size)).toBe(writtenAtMs.has(asked));
          }
          expect(cache.entries).toBe(writtenAtMs.size);
          expect(cache.bytes).toBeLessThanOrEqual(100);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('lifetimes', () => {
  test('sliding: every hit begins anew; fixed: none does', () => {
    const sliding = cacheOf(slidingLifetime(1000));
    const fixed = cacheOf(fixedLifetime(1000));
    sliding.cache.set('a', 1);
    fixed.cache.set('a', 1);
    expect([900, 1800, 2700, 3700].map((nowMs) => sliding.askAt(nowMs))).toEqual([true, true, true, false]);
    expect([900, 1800].map((nowMs) => fixed.askAt(nowMs))).toEqual([true, false]);
  });

  test('tiered: two hits buy a longer life from the same write', () => {
    const { cache, askAt, clock } = cacheOf(
      tieredLifetime([
        { fromHits: 0, lifetimeMs: 1000 },
        { fromHits: 2, lifetimeMs: 5000 },
      ]),
    );
    cache.set('a', 1);
    cache.set('b', 1);
    expect([askAt(100), askAt(200), askAt(4999), askAt(5000)]).toEqual([true, true, true, false]);
    clock.nowMs = 0;
    cache.set('b', 1);
    expect([askAt(100, 'b'), askAt(1000, 'b')]).toEqual([true, false]);
  });

  test('adaptive: popular facts, analyses of enterprises, the rest', () => {
    const traits: Record<string, QuestionTraits> = {
      fact: { kind: 'factual', popularity: 0.81, isEnterprise: false },
      rareFact: { kind: 'factual', popularity: 0.8, isEnterprise: true },
      analysis: { kind: 'analytical', popularity: 0, isEnterprise: true },
      privateAnalysis: { kind: 'analytical', popularity: 1, isEnterprise: false },
      chat: { kind: 'other', popularity: 1, isEnterprise: true },
    };
    expect(Object.values(traits).map((each) => adaptivePlacement(each).level)).toEqual(['L1', 'L3', 'L2', 'L3', 'L3']);
    const lifetime = adaptiveLifetime<string>((key) => traits[key] as QuestionTraits);
    for (const [key, lifetimeMs] of [
      ['fact', 7_200_000],
      ['analysis', 1_800_000],
      ['chat', 600_000],
    ] as const) {
      const { cache, askAt } = cacheOf(lifetime);
      cache.set(key, 1);
      expect([askAt(lifetimeMs - 1, key), askAt(lifetimeMs, key)], key).toEqual([true, false]);
    }
  });

  test('jittered: within the share, spread over it, the same for the same seed, drawn once per write', () => {
    const draw = (seed: number) => {
      const lifetime = jitteredLifetime<string>(fixedLifetime(1000), 0.2, randomStream(seed, 'jitter'));
      return Array.from({ length: 1000 }, () => lifetime.factor());
    };
    const factors = draw(1);
    expect(factors.every((factor) => factor >= 0.8 && factor <= 1.2)).toBe(true);
    expect([Math.min(...factors) < 0.81, Math.max(...factors) > 1.19]).toEqual([true, true]);
    expect(draw(1)).toEqual(factors);
    expect(draw(2)).not.toEqual(factors);

    const { cache, askAt } = cacheOf(jitteredLifetime(fixedLifetime(1000), 0.2, randomStream(1, 'jitter')));
    cache.set('a', 1);
    const lifetimeMs = Math.ceil(1000 * (factors[0] as number));
    expect([askAt(lifetimeMs - 1), askAt(lifetimeMs - 1), askAt(lifetimeMs)]).toEqual([true, true, false]);
  });

  test('lifetimes that cannot be are named', () => {
    expect(() => fixedLifetime(0)).toThrow('above 0 ms, got 0');
    expect(() => slidingLifetime(Number.NaN)).toThrow('above 0 ms, got NaN');
    expect(() => tieredLifetime([])).toThrow('begin with 0 hits and ascend, got none');
    expect(() =>
      tieredLifetime([
        { fromHits: 0, lifetimeMs: 1 },
        { fromHits: 0, lifetimeMs: 2 },
      ]),
    ).toThrow('got 0, 0');
    expect(() => tieredLifetime([{ fromHits: 0, lifetimeMs: -1 }])).toThrow('above 0 ms, got -1');
    expect(() => jitteredLifetime(fixedLifetime(1), 1, randomStream(1, 'x'))).toThrow('from 0 to below 1, got 1');
  });
});
