import type { CachePolicy, PolicyParts } from './policy.ts';
import { SlabPolicy } from './slab-policy.ts';
import { SlotLinks, SlotList } from './slot-list.ts';

/**
 * First in, first out: what came in first goes first, however often it is asked for (Belady, "A study of replacement
 * algorithms for a virtual-storage computer", IBM Systems Journal 1966). A rewritten key keeps its place.
 */
class Fifo<Key> extends SlabPolicy<Key> {
  readonly #queue = new SlotList(this.slab, new SlotLinks(this.slab));

  protected touch(): void {}

  protected unlink(slot: number): void {
    this.#queue.remove(slot);
  }

  protected evictOne(): void {
    const oldest = this.#queue.tail;
    this.#queue.remove(oldest);
    this.slab.evict(oldest);
  }

  protected admit(key: Key, sizeBytes: number): boolean {
    while (!this.slab.hasRoomFor(sizeBytes)) {
      this.evictOne();
    }
    this.#queue.push(this.slab.insert(key, sizeBytes, 0));
    return true;
  }
}

export function fifo<Key>(parts: PolicyParts<Key>): CachePolicy<Key> {
  return new Fifo(parts);
}
