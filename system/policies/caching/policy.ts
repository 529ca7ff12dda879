import type { RandomStream } from '../random-stream.ts';

/** How much a cache may hold; at least one of the two is given, and both hold at once where both are. */
export interface CacheLimits {
  readonly maximumEntries?: number;
  readonly maximumBytes?: number;
}

/**
 * What every replacement policy can do. The policy holds keys only; whoever owns the values drops them when `onEvict`
 * names their key.
 */
export interface CachePolicy<Key> {
  /** Looks a key up and counts the access. True when it is resident. */
  get(key: Key): boolean;
  /**
   * Offers a key after a miss, or rewrites a resident one: the policy admits it or not, and evicts what must go.
   * `sizeBytes` is 1 where only entries count; `cost` is what a miss costs. An item larger than the cache is refused, and
   * a resident one that grew beyond it leaves. Returns true when the key is resident afterwards.
   */
  set(key: Key, sizeBytes: number, cost?: number): boolean;
  /** Forgets a key. True when it was resident. */
  delete(key: Key): boolean;
  /** True when the key is resident; does not count as an access. */
  has(key: Key): boolean;
  /** Resident keys. */
  readonly entries: number;
  /** The sum of the sizes of the resident keys. */
  readonly bytes: number;
}

export interface PolicyParts<Key> {
  readonly limits: CacheLimits;
  /** Told of every resident key that the policy drops on its own; not of `delete`, and not of keys that were never admitted. */
  readonly onEvict?: (key: Key) => void;
  /** Where a policy draws from, so that a replay repeats; today none needs it unless its docstring says so. */
  readonly random?: RandomStream;
}

export type PolicyId = 'lru' | 'fifo' | 'clock' | 'slru' | '2q' | 'lfu' | 'w-tinylfu' | 'arc' | 'lirs' | 's3-fifo' | 'sieve' | 'gdsf';

/** One replacement policy as the registry of `index.ts` lists it. */
export interface PolicyEntry {
  /** As a chart names it. */
  readonly title: string;
  /** The paper or library. */
  readonly source: string;
  create<Key>(parts: PolicyParts<Key>): CachePolicy<Key>;
}
