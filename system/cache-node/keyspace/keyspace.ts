import type { RandomStream } from '../../policies/random-stream.ts';
import { Deque } from './deque.ts';
import type { Entry, Value } from './entry.ts';
import { EvictionPool } from './eviction-pool.ts';
import { fieldBytes, footprint, itemBytes, textBytes } from './footprint.ts';
import { SampledList } from './sampled-list.ts';

export const evictionPolicies = ['noeviction', 'allkeys-lru'] as const;
export type EvictionPolicy = (typeof evictionPolicies)[number];

export interface KeyspaceOptions {
  /** Estimated bytes of all entries that are kept; 0 is no limit. */
  readonly maximumBytes: number;
  readonly policy: EvictionPolicy;
  readonly random: RandomStream;
  /** Unix time, ms. */
  readonly nowMs: () => number;
}

/** Redis' default `maxmemory-samples`. */
export const samplesPerEviction = 5;
/** Redis' `activeExpireCycle` at its default effort: so many keys at a time, again while more than a tenth of them had expired. */
const sweepSamples = 20;
const acceptableStaleShare = 0.1;

function valueBytesOf(value: Value): number {
  if (typeof value === 'string') {
    return textBytes(value);
  }
  if (value instanceof Map) {
    return [...value].reduce((sum, [field, text]) => sum + fieldBytes(field, text), footprint.hashBytes);
  }
  return value.range(0, value.length - 1).reduce((sum, item) => sum + itemBytes(item), footprint.listBytes);
}

/**
 * The keys of the one database. Keys that have expired are found by whoever asks for them and by a sweep; what does not fit
 * is evicted as Redis' `allkeys-lru` does it: of five keys drawn at random, and of the best ones of earlier draws, the one
 * that has not been used for longest. Times of use are kept to a millisecond, Redis' to a second.
 */
export class Keyspace {
  readonly #entries = new Map<string, Entry>();
  readonly #all = new SampledList('place');
  readonly #expiring = new SampledList('expiryPlace');
  readonly #options: KeyspaceOptions;
  #pool = new EvictionPool();
  #usedBytes = 0;
  #hits = 0;
  #misses = 0;
  #expired = 0;
  #evicted = 0;

  constructor(options: KeyspaceOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  get settings(): Pick<KeyspaceOptions, 'maximumBytes' | 'policy'> {
    return this.#options;
  }

  get figures() {
    return {
      keys: this.#entries.size,
      expiringKeys: this.#expiring.length,
      usedBytes: this.#usedBytes,
      hits: this.#hits,
      misses: this.#misses,
      expired: this.#expired,
      evicted: this.#evicted,
    };
  }

  nowMs(): number {
    return this.#options.nowMs();
  }

  /** A key that has not expired, without that counting as its use. */
  peek(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.expiresAtMs <= this.nowMs()) {
      this.#drop(entry);
      this.#expired += 1;
      return undefined;
    }
    return entry;
  }

  /** A key that is about to be changed. */
  find(key: string): Entry | undefined {
    const entry = this.peek(key);
    if (entry !== undefined) {
      entry.usedAtMs = this.nowMs();
    }
    return entry;
  }

  /** A key that is read: counted as a hit or a miss. */
  read(key: string): Entry | undefined {
    const entry = this.find(key);
    if (entry === undefined) {
      this.#misses += 1;
    } else {
      this.#hits += 1;
    }
    return entry;
  }

  /** Puts a value in place of whatever the key held, without an expiry unless one is given (Unix time, ms). */
  put(key: string, value: Value, expiresAtMs = Number.POSITIVE_INFINITY): Entry {
    this.remove(key);
    const valueBytes = valueBytesOf(value);
    const entry: Entry = { key, value, expiresAtMs, usedAtMs: this.nowMs(), valueBytes, place: -1, expiryPlace: -1 };
    this.#entries.set(key, entry);
    this.#all.add(entry);
    this.#usedBytes += footprint.entryBytes + textBytes(key) + valueBytes;
    if (Number.isFinite(expiresAtMs)) {
      this.#expiring.add(entry);
    }
    return entry;
  }

  /** Puts another text in place of one and leaves the expiry as it is. */
  replaceText(entry: Entry, text: string): void {
    entry.value = text;
    this.resize(entry, textBytes(text) - entry.valueBytes);
  }

  /** Tells that the value of an entry grew by so many bytes; one that holds nothing any more is removed, as in Redis. */
  resize(entry: Entry, grownBytes: number): void {
    entry.valueBytes += grownBytes;
    this.#usedBytes += grownBytes;
    if ((entry.value instanceof Map && entry.value.size === 0) || (entry.value instanceof Deque && entry.value.length === 0)) {
      this.#drop(entry);
    }
  }

  /** @param expiresAtMs Unix time; infinite takes the expiry away. */
  expireAt(entry: Entry, expiresAtMs: number): void {
    if (entry.expiryPlace >= 0 && !Number.isFinite(expiresAtMs)) {
      this.#expiring.remove(entry);
    } else if (entry.expiryPlace < 0 && Number.isFinite(expiresAtMs)) {
      this.#expiring.add(entry);
    }
    entry.expiresAtMs = expiresAtMs;
  }

  /** Whether there was such a key. */
  remove(key: string): boolean {
    const entry = this.peek(key);
    if (entry === undefined) {
      return false;
    }
    this.#drop(entry);
    return true;
  }

  clear(): void {
    for (const entry of this.#entries.values()) {
      this.#drop(entry);
    }
    this.#pool = new EvictionPool();
  }

  /**
   * Evicts until what is kept is within the limit. Redis does this before every command, not after, so that the last one may
   * have gone beyond it. False when it cannot be done.
   */
  makeRoom(): boolean {
    const { maximumBytes, policy } = this.#options;
    if (maximumBytes === 0) {
      return true;
    }
    while (this.#usedBytes > maximumBytes) {
      const entry = policy === 'allkeys-lru' ? this.#leastRecentlyUsed() : undefined;
      if (entry === undefined) {
        return false;
      }
      this.#drop(entry);
      this.#evicted += 1;
    }
    return true;
  }

  /** Removes keys that have expired though nobody asked for them, for at most so long. Answers how many. */
  sweep(longestMs: number): number {
    const before = this.#expired;
    const started = performance.now();
    let stale = 0;
    do {
      const samples = Math.min(sweepSamples, this.#expiring.length);
      const now = this.nowMs();
      stale = 0;
      for (let sample = 0; sample < samples; sample += 1) {
        const entry = this.#expiring.draw(this.#options.random);
        if (entry !== undefined && entry.expiresAtMs <= now) {
          this.#drop(entry);
          this.#expired += 1;
          stale += 1;
        }
      }
    } while (stale > sweepSamples * acceptableStaleShare && performance.now() - started < longestMs);
    return this.#expired - before;
  }

  #leastRecentlyUsed(): Entry | undefined {
    while (this.#entries.size > 0) {
      for (let sample = 0; sample < samplesPerEviction; sample += 1) {
        const drawn = this.#all.draw(this.#options.random);
        if (drawn !== undefined) {
          this.#pool.offer(drawn);
        }
      }
      for (let entry = this.#pool.take(); entry !== undefined; entry = this.#pool.take()) {
        if (this.#entries.get(entry.key) === entry) {
          return entry;
        }
      }
    }
    return undefined;
  }

  #drop(entry: Entry): void {
    this.#entries.delete(entry.key);
    this.#all.remove(entry);
    if (entry.expiryPlace >= 0) {
      this.#expiring.remove(entry);
    }
    this.#usedBytes -= footprint.entryBytes + textBytes(entry.key) + entry.valueBytes;
    // The eviction pool may still know the entry; it must not keep what the entry held.
    entry.value = '';
  }
}
