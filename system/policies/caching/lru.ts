import { LRUCache } from 'lru-cache';
import type { CachePolicy, PolicyParts } from './policy.ts';
import { checkedLimits, checkSize } from './slab.ts';

/**
 * Least recently used: what was not asked for longest goes first (Denning, "The working set model for program
 * behavior", CACM 1968, discusses it). The `lru-cache` library does the work, as in the live caches.
 */
export function lru<Key>(parts: PolicyParts<Key>): CachePolicy<Key> {
  const { maximumEntries, maximumBytes } = checkedLimits(parts);
  const { limits, onEvict } = parts;
  const keepsSizes = limits.maximumBytes !== undefined;
  let bytes = 0;
  let departures = 0;
  // Sizes are the values: the library adds them up itself only where bytes are limited.
  const cache = new LRUCache<NonNullable<Key>, number>({
    max: limits.maximumEntries === undefined ? 0 : maximumEntries,
    ...(keepsSizes ? { maxSize: maximumBytes, sizeCalculation: (sizeBytes: number) => sizeBytes } : { maxSize: 0 }),
    dispose(sizeBytes, key, reason) {
      bytes -= sizeBytes;
      departures += 1;
      if (reason === 'evict') {
        onEvict?.(key);
      }
    },
  });
  return {
    get: (key) => cache.get(key as NonNullable<Key>) !== undefined,
    set(key, sizeBytes) {
      checkSize(sizeBytes);
      const known = key as NonNullable<Key>;
      if (sizeBytes > maximumBytes) {
        if (cache.delete(known)) {
          onEvict?.(key);
        }
        return false;
      }
      const entriesBefore = cache.size;
      const departuresBefore = departures;
      cache.set(known, sizeBytes);
      // Nothing came and nothing left only when the key was there with this size: then the library tells of nothing.
      if (cache.size !== entriesBefore || departures !== departuresBefore) {
        bytes += sizeBytes;
      }
      return true;
    },
    delete: (key) => cache.delete(key as NonNullable<Key>),
    has: (key) => cache.has(key as NonNullable<Key>),
    get entries() {
      return cache.size;
    },
    get bytes() {
      return bytes;
    },
  };
}
