import type { Entry } from './entry.ts';

/** Redis' `EVPOOL_SIZE`. */
const poolSize = 16;

interface Candidate {
  readonly entry: Entry;
  /** When it had last been used when it was seen; it may have been used since, as in Redis. */
  readonly usedAtMs: number;
}

/**
 * The best candidates for eviction seen so far, which makes sampling five keys at a time come close to a true LRU (Redis,
 * `evict.c`): a sample enters when it was idle for longer than one that is there, or when there is room.
 */
export class EvictionPool {
  /** The one idle for longest last. */
  readonly #candidates: Candidate[] = [];

  offer(entry: Entry): void {
    if (this.#candidates.some((candidate) => candidate.entry === entry)) {
      return;
    }
    const position = this.#candidates.findIndex(({ usedAtMs }) => usedAtMs <= entry.usedAtMs);
    const place = position < 0 ? this.#candidates.length : position;
    if (this.#candidates.length === poolSize) {
      if (place === 0) {
        // Used later than every candidate, and there is no room.
        return;
      }
      this.#candidates.shift();
      this.#candidates.splice(place - 1, 0, { entry, usedAtMs: entry.usedAtMs });
      return;
    }
    this.#candidates.splice(place, 0, { entry, usedAtMs: entry.usedAtMs });
  }

  /** The one idle for longest; it leaves the pool. It may be gone from the keyspace by now. */
  take(): Entry | undefined {
    return this.#candidates.pop()?.entry;
  }
}
