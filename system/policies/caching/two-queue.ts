import type { CachePolicy, PolicyParts } from './policy.ts';
import { ghostPlaces, noSlot } from './slab.ts';
import { SlabPolicy } from './slab-policy.ts';
import { SlotLinks, SlotList } from './slot-list.ts';

/** `Kin` of the paper: share of the capacity that new keys may keep before they are asked to leave. */
const inShare = 0.25;
/** `Kout`: as much as half the capacity is remembered after it left. */
const outShare = 0.5;

const justIn = 0;
const hot = 1;
const justOut = ghostPlaces;

/**
 * 2Q, the full version (Johnson and Shasha, "2Q: a low overhead high performance buffer management replacement
 * algorithm", VLDB 1994): new keys wait in the FIFO `A1in`, where hits change nothing; when they leave, `A1out` remembers
 * them; only a key that comes back while remembered enters the LRU list `Am`.
 */
class TwoQueue<Key> extends SlabPolicy<Key> {
  readonly #links = new SlotLinks(this.slab);
  readonly #in = new SlotList(this.slab, this.#links);
  readonly #hot = new SlotList(this.slab, this.#links);
  readonly #out = new SlotList(this.slab, this.#links);
  readonly #inCapacity = Math.max(1, Math.floor(this.slab.capacity * inShare));
  readonly #outCapacity = Math.max(1, Math.floor(this.slab.capacity * outShare));

  protected touch(slot: number): void {
    if (this.slab.places[slot] === hot) {
      this.#hot.toHead(slot);
    }
  }

  protected unlink(slot: number): void {
    this.#listOf(slot).remove(slot);
  }

  protected override resize(slot: number, sizeBytes: number): void {
    this.#listOf(slot).resize(slot, sizeBytes);
  }

  protected evictOne(): void {
    const { slab } = this;
    if (this.#in.weight <= this.#inCapacity && this.#hot.tail !== noSlot) {
      const oldest = this.#hot.tail;
      this.#hot.remove(oldest);
      slab.evict(oldest);
      return;
    }
    const oldest = this.#in.tail;
    this.#in.remove(oldest);
    slab.evictToGhost(oldest, justOut);
    this.#out.push(oldest);
    while (this.#out.weight > this.#outCapacity) {
      const forgotten = this.#out.tail;
      this.#out.remove(forgotten);
      slab.release(forgotten);
    }
  }

  protected admit(key: Key, sizeBytes: number, _cost: number, remembered: number): boolean {
    const { slab } = this;
    if (remembered !== noSlot) {
      // Out first, so that making room cannot forget it.
      this.#out.remove(remembered);
    }
    while (!slab.hasRoomFor(sizeBytes)) {
      this.evictOne();
    }
    if (remembered === noSlot) {
      this.#in.push(slab.insert(key, sizeBytes, justIn));
    } else {
      slab.revive(remembered, sizeBytes, hot);
      this.#hot.push(remembered);
    }
    return true;
  }

  #listOf(slot: number): SlotList {
    switch (this.slab.places[slot]) {
      case justIn:
        return this.#in;
      case hot:
        return this.#hot;
      default:
        return this.#out;
    }
  }
}

export function twoQueue<Key>(parts: PolicyParts<Key>): CachePolicy<Key> {
  return new TwoQueue(parts);
}
