import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../policies/random-stream.ts';
import { footprint, textBytes } from './footprint.ts';
import { type EvictionPolicy, Keyspace } from './keyspace.ts';

function keyspaceOf({ maximumBytes = 0, policy = 'allkeys-lru' as EvictionPolicy, seed = 1 } = {}) {
  const clock = { nowMs: 1_000_000 };
  const keyspace = new Keyspace({ maximumBytes, policy, random: randomStream(seed, 'eviction'), nowMs: () => clock.nowMs });
  return { keyspace, clock };
}

const entryBytes = (key: string, value: string) => footprint.entryBytes + textBytes(key) + textBytes(value);

describe('expiry', () => {
  it('is to the millisecond, found by whoever asks', () => {
    const { keyspace, clock } = keyspaceOf();
    keyspace.put('a', 'x', clock.nowMs + 5);
    clock.nowMs += 4;
    expect(keyspace.read('a')?.value).toBe('x');
    clock.nowMs += 1;
    expect(keyspace.read('a')).toBeUndefined();
    expect(keyspace.figures).toMatchObject({ keys: 0, expiringKeys: 0, usedBytes: 0, expired: 1, hits: 1, misses: 1 });
  });

  it('is found by the sweep where nobody asks: down to a tenth in one, to nothing in some', () => {
    const { keyspace, clock } = keyspaceOf();
    for (let index = 0; index < 5_000; index += 1) {
      keyspace.put(`gone-${index}`, 'x', clock.nowMs + 1);
      keyspace.put(`kept-${index}`, 'x', index % 10 === 0 ? clock.nowMs + 1e9 : undefined);
    }
    clock.nowMs += 10;
    keyspace.sweep(10_000);
    expect(keyspace.figures.expired).toBeGreaterThan(3_500);
    for (let sweep = 0; sweep < 5_000 && keyspace.size > 5_000; sweep += 1) {
      keyspace.sweep(1_000);
    }
    expect(keyspace.figures).toMatchObject({ keys: 5_000, expiringKeys: 500, expired: 5_000 });
  });
});

describe('eviction', () => {
  it('keeps what is counted within the limit, one command late, and refuses where it may not evict', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ key: fc.nat(30), bytes: fc.nat(400) }), { maxLength: 120 }), fc.nat(), (writes, seed) => {
        const maximumBytes = 4_000;
        const { keyspace } = keyspaceOf({ maximumBytes, seed });
        for (const { key, bytes } of writes) {
          expect(keyspace.makeRoom()).toBe(true);
          expect(keyspace.figures.usedBytes).toBeLessThanOrEqual(maximumBytes);
          keyspace.put(`k${key}`, 'x'.repeat(bytes));
        }
      }),
    );
    const { keyspace } = keyspaceOf({ maximumBytes: 100, policy: 'noeviction' });
    keyspace.put('a', 'x');
    expect(keyspace.makeRoom()).toBe(false);
    keyspace.remove('a');
    expect(keyspace.makeRoom()).toBe(true);
  });

  it('hits nearly as often as a true LRU of the same size on skewed requests', () => {
    const capacity = 300;
    const random = randomStream(7, 'requests');
    // Zipf with exponent 0.9 over 3,000 keys, by its inverse.
    const key = () =>
      `key-${Math.min(2_999, Math.floor(3_000 ** (random.uniform() ** 1.4) - 1))
        .toString()
        .padStart(4, '0')}`;
    const { keyspace, clock } = keyspaceOf({ maximumBytes: capacity * entryBytes('key-0000', 'x') });
    const lru = new Map<string, true>();
    let hits = 0;
    let trueHits = 0;
    const requests = 60_000;
    for (let request = 0; request < requests; request += 1) {
      clock.nowMs += 1;
      const asked = key();
      keyspace.makeRoom();
      if (keyspace.read(asked) === undefined) {
        keyspace.put(asked, 'x');
      } else {
        hits += 1;
      }
      if (lru.delete(asked)) {
        trueHits += 1;
      } else if (lru.size >= capacity) {
        lru.delete(lru.keys().next().value as string);
      }
      lru.set(asked, true);
    }
    expect(trueHits / requests).toBeGreaterThan(0.3);
    expect(Math.abs(hits - trueHits) / requests).toBeLessThan(0.02);
  });

  it('drops what has not been used for longest of those drawn: of four keys the oldest is drawn by five draws in 76 of 100', () => {
    const dropped: Record<string, number> = { a: 0, b: 0, c: 0, d: 0 };
    for (let seed = 0; seed < 400; seed += 1) {
      const { keyspace, clock } = keyspaceOf({ maximumBytes: 3 * entryBytes('a', 'x'), seed });
      for (const key of ['a', 'b', 'c']) {
        clock.nowMs += 1;
        keyspace.put(key, 'x');
      }
      clock.nowMs += 1;
      keyspace.read('a');
      // A look is no use.
      keyspace.peek('b');
      clock.nowMs += 1;
      keyspace.put('d', 'x');
      keyspace.makeRoom();
      const [gone = ''] = Object.keys(dropped).filter((key) => keyspace.peek(key) === undefined);
      dropped[gone] = (dropped[gone] ?? 0) + 1;
    }
    const { a = 0, b = 0, c = 0, d = 0 } = dropped;
    expect(a + b + c + d).toBe(400);
    // 1 − (3/4)⁵ = 0.763 with a standard deviation of 0.021 over 400.
    expect(Math.abs(b / 400 - (1 - 0.75 ** 5))).toBeLessThan(0.07);
    expect([b > c, c > a, a >= d]).toEqual([true, true, true]);
  });
});

it('counts what it keeps, whatever was done', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('put' as const), key: fc.nat(5), size: fc.nat(50), ttl: fc.option(fc.integer({ min: 1, max: 5 })) }),
    fc.record({ kind: fc.constant('replace' as const), key: fc.nat(5), size: fc.nat(50) }),
    fc.record({ kind: fc.constant('remove' as const), key: fc.nat(5) }),
    fc.record({ kind: fc.constant('expire' as const), key: fc.nat(5), ttl: fc.option(fc.integer({ min: 1, max: 5 })) }),
    fc.record({ kind: fc.constant('wait' as const) }),
    fc.record({ kind: fc.constant('sweep' as const) }),
    fc.record({ kind: fc.constant('clear' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { keyspace, clock } = keyspaceOf();
      const model = new Map<string, { value: string; until: number }>();
      const until = (ttl: number | null) => (ttl === null ? Number.POSITIVE_INFINITY : clock.nowMs + ttl);
      for (const given of steps) {
        for (const [key, kept] of model) {
          if (kept.until <= clock.nowMs) {
            model.delete(key);
          }
        }
        const key = 'key' in given ? `k${given.key}` : '';
        const entry = keyspace.find(key);
        const kept = model.get(key);
        expect(entry?.value).toBe(kept?.value);
        if (given.kind === 'put') {
          keyspace.put(key, 'x'.repeat(given.size), until(given.ttl));
          model.set(key, { value: 'x'.repeat(given.size), until: until(given.ttl) });
        } else if (given.kind === 'remove') {
          expect(keyspace.remove(key)).toBe(model.delete(key));
        } else if (given.kind === 'replace' && entry !== undefined && kept !== undefined) {
          keyspace.replaceText(entry, 'y'.repeat(given.size));
          kept.value = 'y'.repeat(given.size);
        } else if (given.kind === 'expire' && entry !== undefined && kept !== undefined) {
          keyspace.expireAt(entry, until(given.ttl));
          kept.until = until(given.ttl);
        } else if (given.kind === 'wait') {
          clock.nowMs += 1;
        } else if (given.kind === 'sweep') {
          keyspace.sweep(5);
        } else if (given.kind === 'clear') {
          keyspace.clear();
          model.clear();
        }
      }
      for (const [key, kept] of model) {
        if (kept.until <= clock.nowMs) {
          model.delete(key);
        }
      }
      for (const key of Array.from({ length: 6 }, (_, index) => `k${index}`)) {
        expect(keyspace.peek(key)?.value).toBe(model.get(key)?.value);
      }
      const usedBytes = [...model].reduce((sum, [key, { value }]) => sum + entryBytes(key, value), 0);
      const expiringKeys = [...model.values()].filter((kept) => Number.isFinite(kept.until)).length;
      expect(keyspace.figures).toMatchObject({ keys: model.size, usedBytes, expiringKeys });
    }),
    { numRuns: 500 },
  );
});
