import type { Lifetime } from './lifetime.ts';
import type { CachePolicy, PolicyEntry, PolicyParts } from './policy.ts';

interface Age {
  sinceMs: number;
  factor: number;
  hits: number;
}

/**
 * Gives the entries of any policy a lifetime. Expiry is checked when a key is asked for: an expired entry is a miss, is
 * forgotten by the policy, frees its bytes, and `onEvict` hears of it. Until then it takes its room, as it does in a live
 * cache without a sweeper. `nowMs` is the clock of the replay or of the process.
 */
export function withLifetime<Key>(
  policy: Pick<PolicyEntry, 'create'>,
  parts: PolicyParts<Key>,
  lifetime: Lifetime<Key>,
  nowMs: () => number,
): CachePolicy<Key> {
  const ages = new Map<Key, Age>();
  const inner = policy.create<Key>({
    ...parts,
    onEvict(key) {
      ages.delete(key);
      parts.onEvict?.(key);
    },
  });
  const hasExpired = (key: Key, { sinceMs, factor, hits }: Age) => nowMs() - sinceMs >= factor * lifetime.lifetimeMs(key, hits);
  return {
    get(key) {
      const age = ages.get(key);
      if (age === undefined) {
        return false;
      }
      if (hasExpired(key, age)) {
        ages.delete(key);
        inner.delete(key);
        parts.onEvict?.(key);
        return false;
      }
      age.hits += 1;
      if (lifetime.ageCountsFrom === 'access') {
        age.sinceMs = nowMs();
      }
      return inner.get(key);
    },
    set(key, sizeBytes, cost) {
      const isResident = inner.set(key, sizeBytes, cost);
      if (isResident) {
        ages.set(key, { sinceMs: nowMs(), factor: lifetime.factor(), hits: 0 });
      } else {
        ages.delete(key);
      }
      return isResident;
    },
    delete(key) {
      ages.delete(key);
      return inner.delete(key);
    },
    has(key) {
      const age = ages.get(key);
      return age !== undefined && !hasExpired(key, age);
    },
    get entries() {
      return inner.entries;
    },
    get bytes() {
      return inner.bytes;
    },
  };
}
