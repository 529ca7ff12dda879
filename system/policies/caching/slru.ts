import type { CachePolicy, PolicyParts } from './policy.ts';
import { noSlot } from './slab.ts';
import { SlabPolicy } from './slab-policy.ts';
import { SlotLinks, SlotList } from './slot-list.ts';

/** Share of the capacity that is kept for keys asked for at least twice. */
const protectedShare = 0.8;

const probationary = 0;
const protectedPlace = 1;

/**
 * Segmented LRU (Karedla, Love and Wherry, "Caching strategies to improve disk system performance", IEEE Computer
 * 1994): a key starts on probation and is protected from its first hit on; what the protected segment cannot hold goes
 * back to the young end of probation. Only probation loses keys to new ones.
 */
class SegmentedLru<Key> extends SlabPolicy<Key> {
  readonly #links = new SlotLinks(this.slab);
  readonly #probation = new SlotList(this.slab, this.#links);
  readonly #protected = new SlotList(this.slab, this.#links);
  readonly #protectedCapacity = Math.floor(this.slab.capacity * protectedShare);

  protected touch(slot: number): void {
    if (this.slab.places[slot] === protectedPlace) {
      this.#protected.toHead(slot);
    } else {
      this.#probation.remove(slot);
      this.slab.places[slot] = protectedPlace;
      this.#protected.push(slot);
    }
    while (this.#protected.weight > this.#protectedCapacity) {
      this.#demote();
    }
  }

  protected unlink(slot: number): void {
    this.#listOf(slot).remove(slot);
  }

  protected override resize(slot: number, sizeBytes: number): void {
    this.#listOf(slot).resize(slot, sizeBytes);
  }

  protected evictOne(): void {
    const from = this.#probation.tail === noSlot ? this.#protected : this.#probation;
    const oldest = from.tail;
    from.remove(oldest);
    this.slab.evict(oldest);
  }

  protected admit(key: Key, sizeBytes: number): boolean {
    while (!this.slab.hasRoomFor(sizeBytes)) {
      this.evictOne();
    }
    this.#probation.push(this.slab.insert(key, sizeBytes, probationary));
    return true;
  }

  #listOf(slot: number): SlotList {
    return this.slab.places[slot] === protectedPlace ? this.#protected : this.#probation;
  }

  #demote(): void {
    const oldest = this.#protected.tail;
    this.#protected.remove(oldest);
    this.slab.places[oldest] = probationary;
    this.#probation.push(oldest);
  }
}

export function slru<Key>(parts: PolicyParts<Key>): CachePolicy<Key> {
  return new SegmentedLru(parts);
}
