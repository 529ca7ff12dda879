import type { CachePolicy, PolicyParts } from './policy.ts';
import { SlabPolicy } from './slab-policy.ts';
import { SlotLinks, SlotList } from './slot-list.ts';

/**
 * CLOCK (Corbató, "A paging experiment with the Multics system", MIT 1968): a hand goes round; whoever was asked for
 * since it last came by loses the mark and stays, the first without a mark leaves. The circle is a queue whose oldest
 * end is the hand: staying means going to the other end. A new key comes in behind the hand, without a mark.
 */
class Clock<Key> extends SlabPolicy<Key> {
  readonly #circle = new SlotList(this.slab, new SlotLinks(this.slab));

  protected touch(slot: number): void {
    this.slab.counts[slot] = 1;
  }

  protected unlink(slot: number): void {
    this.#circle.remove(slot);
  }

  protected evictOne(): void {
    const { counts } = this.slab;
    let atHand = this.#circle.tail;
    while (counts[atHand] === 1) {
      counts[atHand] = 0;
      this.#circle.toHead(atHand);
      atHand = this.#circle.tail;
    }
    this.#circle.remove(atHand);
    this.slab.evict(atHand);
  }

  protected admit(key: Key, sizeBytes: number): boolean {
    while (!this.slab.hasRoomFor(sizeBytes)) {
      this.evictOne();
    }
    this.#circle.push(this.slab.insert(key, sizeBytes, 0));
    return true;
  }
}

export function clock<Key>(parts: PolicyParts<Key>): CachePolicy<Key> {
  return new Clock(parts);
}
