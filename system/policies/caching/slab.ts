import type { PolicyParts } from './policy.ts';

/** Slot number that stands for "no entry"; no key ever gets it. */
export const noSlot = 0;

/** Places from here on hold ghosts: keys that are remembered after they left, and count neither as entries nor as bytes. */
export const ghostPlaces = 128;

const firstLength = 64;

function checkedLimit(name: string, limit: number | undefined): number {
  if (limit === undefined) {
    return Number.POSITIVE_INFINITY;
  }
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RangeError(`${name} must be a whole number from 1, got ${limit}`);
  }
  return limit;
}

/** Throws a RangeError unless the size is a whole number of bytes from 1. */
export function checkSize(sizeBytes: number): void {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 1) {
    throw new RangeError(`an entry's size must be a whole number of bytes from 1, got ${sizeBytes}`);
  }
}

/** The limits as numbers, Infinity where there is none. Throws a RangeError when both are missing or one is not whole and positive. */
export function checkedLimits({ limits }: Pick<PolicyParts<never>, 'limits'>): { maximumEntries: number; maximumBytes: number } {
  if (limits.maximumEntries === undefined && limits.maximumBytes === undefined) {
    throw new RangeError('a cache needs maximumEntries or maximumBytes, got neither');
  }
  return {
    maximumEntries: checkedLimit('maximumEntries', limits.maximumEntries),
    maximumBytes: checkedLimit('maximumBytes', limits.maximumBytes),
  };
}

/**
 * Entries as numbered slots of typed arrays: 13 bytes and a map entry each, no object per entry, and slots that are
 * left are given out again, so that a replay of any length makes no garbage. A slot is resident or a ghost by its
 * place; the slab keeps the count and the bytes of the residents exact.
 *
 * Policies that divide their space measure it in weight: an entry weighs 1 where only entries are limited, otherwise its
 * bytes. Where both are limited an entry weighs at least its share of the bytes (`maximumBytes / maximumEntries`), so
 * that ghosts of small entries stay bounded too. The limits themselves hold for the whole cache, exactly.
 */
export class Slab<Key> {
  readonly maximumEntries: number;
  readonly maximumBytes: number;
  /** Weight that the cache may hold. */
  readonly capacity: number;
  entries = 0;
  bytes = 0;
  sizes = new Float64Array(firstLength);
  /** Which of the policy's lists holds the slot; ghosts from `ghostPlaces` on. */
  places = new Uint8Array(firstLength);
  /** What a policy counts per slot. */
  counts = new Uint32Array(firstLength);
  readonly #slots = new Map<Key, number>();
  readonly #keys: (Key | undefined)[] = [undefined];
  readonly #free: number[] = [];
  readonly #followers: ((length: number) => void)[] = [];
  readonly #onEvict: ((key: Key) => void) | undefined;
  readonly #weighsBytes: boolean;
  readonly #leastWeight: number;

  constructor({ limits, onEvict }: PolicyParts<Key>) {
    const { maximumEntries, maximumBytes } = checkedLimits({ limits });
    this.maximumEntries = maximumEntries;
    this.maximumBytes = maximumBytes;
    this.#weighsBytes = limits.maximumBytes !== undefined;
    this.capacity = this.#weighsBytes ? maximumBytes : maximumEntries;
    this.#leastWeight = Number.isFinite(maximumEntries) ? Math.ceil(maximumBytes / maximumEntries) : 1;
    this.#onEvict = onEvict;
  }

  /** Calls `grow` now and whenever there are more slots, with the length that arrays by slot need. */
  follow(grow: (length: number) => void): void {
    this.#followers.push(grow);
    grow(this.sizes.length);
  }

  /** The slot of a key, resident or ghost, or `noSlot`. */
  find(key: Key): number {
    return this.#slots.get(key) ?? noSlot;
  }

  isResident(slot: number): boolean {
    return slot !== noSlot && (this.places[slot] as number) < ghostPlaces;
  }

  /** What an entry of that size weighs. */
  weigh(sizeBytes: number): number {
    return this.#weighsBytes ? Math.max(sizeBytes, this.#leastWeight) : 1;
  }

  weightOf(slot: number): number {
    return this.weigh(this.sizes[slot] as number);
  }

  keyOf(slot: number): Key {
    return this.#keys[slot] as Key;
  }

  /** True when an entry of that size fits beside the residents. */
  hasRoomFor(sizeBytes: number): boolean {
    return this.entries < this.maximumEntries && this.bytes + sizeBytes <= this.maximumBytes;
  }

  /** True when a resident that grew has to push something out. */
  get isOver(): boolean {
    return this.entries > this.maximumEntries || this.bytes > this.maximumBytes;
  }

  /** Makes a key resident that has no slot yet. */
  insert(key: Key, sizeBytes: number, place: number): number {
    const slot = this.#free.pop() ?? this.#keys.length;
    if (slot === this.sizes.length) {
      this.#grow();
    }
    this.#slots.set(key, slot);
    this.#keys[slot] = key;
    this.counts[slot] = 0;
    this.#enter(slot, sizeBytes, place);
    return slot;
  }

  /** Makes a ghost resident again. */
  revive(slot: number, sizeBytes: number, place: number): void {
    this.counts[slot] = 0;
    this.#enter(slot, sizeBytes, place);
  }

  /** A resident's new size. */
  resize(slot: number, sizeBytes: number): void {
    this.bytes += sizeBytes - (this.sizes[slot] as number);
    this.sizes[slot] = sizeBytes;
  }

  /** Evicts a resident and forgets it. */
  evict(slot: number): void {
    const key = this.keyOf(slot);
    this.release(slot);
    this.#onEvict?.(key);
  }

  /** Evicts a resident and remembers its key and size. */
  evictToGhost(slot: number, place: number): void {
    this.#leave(slot);
    this.places[slot] = place;
    this.#onEvict?.(this.keyOf(slot));
  }

  /** Forgets a slot, resident or ghost, without telling anyone. */
  release(slot: number): void {
    if ((this.places[slot] as number) < ghostPlaces) {
      this.#leave(slot);
    }
    this.#slots.delete(this.keyOf(slot));
    this.#keys[slot] = undefined;
    this.#free.push(slot);
  }

  #enter(slot: number, sizeBytes: number, place: number): void {
    this.sizes[slot] = sizeBytes;
    this.places[slot] = place;
    this.entries += 1;
    this.bytes += sizeBytes;
  }

  #leave(slot: number): void {
    this.entries -= 1;
    this.bytes -= this.sizes[slot] as number;
  }

  #grow(): void {
    const length = this.sizes.length * 2;
    this.sizes = lengthened(this.sizes, new Float64Array(length));
    this.places = lengthened(this.places, new Uint8Array(length));
    this.counts = lengthened(this.counts, new Uint32Array(length));
    for (const grow of this.#followers) {
      grow(length);
    }
  }
}

/** Copies a short array into the front of a longer one. */
export function lengthened<Numbers extends Float64Array | Uint32Array | Uint8Array>(short: Numbers, long: Numbers): Numbers {
  long.set(short);
  return long;
}
