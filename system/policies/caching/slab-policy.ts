import type { CachePolicy, PolicyParts } from './policy.ts';
import { checkSize, Slab } from './slab.ts';

/**
 * What every policy over a slab does alike: sizes, limits, rewriting and refusing. A policy says how an access is
 * counted, which list a slot is in, whom it evicts and how a new key comes in.
 */
export abstract class SlabPolicy<Key> implements CachePolicy<Key> {
  protected readonly slab: Slab<Key>;

  constructor(parts: PolicyParts<Key>) {
    this.slab = new Slab(parts);
  }

  get entries(): number {
    return this.slab.entries;
  }

  get bytes(): number {
    return this.slab.bytes;
  }

  has(key: Key): boolean {
    return this.slab.isResident(this.slab.find(key));
  }

  get(key: Key): boolean {
    const slot = this.slab.find(key);
    if (!this.slab.isResident(slot)) {
      return false;
    }
    this.touch(slot);
    return true;
  }

  set(key: Key, sizeBytes: number, cost = 1): boolean {
    checkSize(sizeBytes);
    const { slab } = this;
    const slot = slab.find(key);
    const isResident = slab.isResident(slot);
    if (sizeBytes > slab.maximumBytes) {
      if (isResident) {
        this.unlink(slot);
        slab.evict(slot);
      }
      return false;
    }
    if (!isResident) {
      return this.admit(key, sizeBytes, cost, slot);
    }
    this.resize(slot, sizeBytes, cost);
    this.touch(slot);
    while (slab.isOver) {
      this.evictOne();
    }
    return slab.isResident(slab.find(key));
  }

  delete(key: Key): boolean {
    const { slab } = this;
    const slot = slab.find(key);
    const isResident = slab.isResident(slot);
    if (slot !== 0) {
      this.unlink(slot);
      slab.release(slot);
    }
    return isResident;
  }

  /** Counts an access to a resident. */
  protected abstract touch(slot: number): void;
  /** Takes a slot, resident or ghost, out of every list it is in. */
  protected abstract unlink(slot: number): void;
  /** Evicts one resident; called only while there is one. */
  protected abstract evictOne(): void;
  /** Takes in a key that is not resident and fits into the cache; `ghost` is its slot if it is remembered, or `noSlot`. */
  protected abstract admit(key: Key, sizeBytes: number, cost: number, ghost: number): boolean;

  /** A resident is written again with another size. */
  protected resize(slot: number, sizeBytes: number, _cost: number): void {
    this.slab.resize(slot, sizeBytes);
  }
}
