import type { CachePolicy, PolicyParts } from './policy.ts';
import { noSlot } from './slab.ts';
import { SlabPolicy } from './slab-policy.ts';
import { SlotLinks, SlotList } from './slot-list.ts';

/**
 * SIEVE (Zhang et al., "SIEVE is simpler than LRU", NSDI 2024): as in CLOCK a hand clears marks and evicts the first
 * key without one, but survivors keep their place in the queue and new keys come in at the head, so that the hand soon
 * meets again what is young and unasked for.
 */
class Sieve<Key> extends SlabPolicy<Key> {
  readonly #queue = new SlotList(this.slab, new SlotLinks(this.slab));
  /** The slot that is looked at next, or `noSlot` for the tail. */
  #hand = noSlot;

  protected touch(slot: number): void {
    this.slab.counts[slot] = 1;
  }

  protected unlink(slot: number): void {
    if (slot === this.#hand) {
      this.#hand = this.#queue.newerThan(slot);
    }
    this.#queue.remove(slot);
  }

  protected evictOne(): void {
    const { counts } = this.slab;
    let slot = this.#hand === noSlot ? this.#queue.tail : this.#hand;
    while (counts[slot] === 1) {
      counts[slot] = 0;
      const newer = this.#queue.newerThan(slot);
      slot = newer === noSlot ? this.#queue.tail : newer;
    }
    this.#hand = this.#queue.newerThan(slot);
    this.#queue.remove(slot);
    this.slab.evict(slot);
  }

  protected admit(key: Key, sizeBytes: number): boolean {
    while (!this.slab.hasRoomFor(sizeBytes)) {
      this.evictOne();
    }
    this.#queue.push(this.slab.insert(key, sizeBytes, 0));
    return true;
  }
}

export function sieve<Key>(parts: PolicyParts<Key>): CachePolicy<Key> {
  return new Sieve(parts);
}
