import type { CachePolicy, PolicyParts } from './policy.ts';
import { ghostPlaces, noSlot } from './slab.ts';
import { SlabPolicy } from './slab-policy.ts';
import { SlotLinks, SlotList } from './slot-list.ts';

/** Share of the capacity that new keys have; the rest is the main queue's, and as many ghosts are remembered as that holds. */
const smallShare = 0.1;
/** Hits in the small queue from which a key moves to the main queue when its turn to leave comes. */
const hitsToMain = 2;
const maximumCount = 3;

const small = 0;
const main = 1;
const ghost = ghostPlaces;

/**
 * S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023): new keys pass a small FIFO queue,
 * from which only those with two hits get to the main queue; the others leave and are remembered as ghosts. A ghost that
 * comes back goes straight to the main queue, a FIFO in which a key stays one more round for each of its last three hits.
 */
class S3Fifo<Key> extends SlabPolicy<Key> {
  readonly #links = new SlotLinks(this.slab);
  readonly #small = new SlotList(this.slab, this.#links);
  readonly #main = new SlotList(this.slab, this.#links);
  readonly #ghosts = new SlotList(this.slab, this.#links);
  readonly #smallCapacity = Math.max(1, Math.floor(this.slab.capacity * smallShare));
  /** The ghosts have as much. */
  readonly #mainCapacity = this.slab.capacity - this.#smallCapacity;

  protected touch(slot: number): void {
    const { counts } = this.slab;
    counts[slot] = Math.min(maximumCount, (counts[slot] as number) + 1);
  }

  protected unlink(slot: number): void {
    this.#listOf(slot).remove(slot);
  }

  protected override resize(slot: number, sizeBytes: number): void {
    this.#listOf(slot).resize(slot, sizeBytes);
  }

  protected evictOne(): void {
    const { slab } = this;
    const before = slab.entries;
    while (slab.entries === before) {
      if (this.#small.tail !== noSlot && this.#main.weight <= this.#mainCapacity) {
        // The small queue is served until one of its keys leaves; all of them may move up instead.
        while (slab.entries === before && this.#small.tail !== noSlot) {
          this.#leaveSmall();
        }
      } else {
        this.#leaveMain();
      }
    }
  }

  protected admit(key: Key, sizeBytes: number, _cost: number, remembered: number): boolean {
    const { slab } = this;
    if (remembered !== noSlot) {
      this.#ghosts.remove(remembered);
    }
    while (!slab.hasRoomFor(sizeBytes)) {
      this.evictOne();
    }
    if (remembered === noSlot) {
      this.#small.push(slab.insert(key, sizeBytes, small));
    } else {
      slab.revive(remembered, sizeBytes, main);
      this.#main.push(remembered);
    }
    return true;
  }

  /** The oldest of the small queue moves up, or leaves and is remembered. */
  #leaveSmall(): void {
    const { slab } = this;
    const oldest = this.#small.tail;
    this.#small.remove(oldest);
    if ((slab.counts[oldest] as number) >= hitsToMain) {
      slab.counts[oldest] = 0;
      slab.places[oldest] = main;
      this.#main.push(oldest);
      return;
    }
    slab.evictToGhost(oldest, ghost);
    this.#ghosts.push(oldest);
    while (this.#ghosts.weight > this.#mainCapacity) {
      const forgotten = this.#ghosts.tail;
      this.#ghosts.remove(forgotten);
      slab.release(forgotten);
    }
  }

  /** The oldest of the main queue goes round once more, or leaves for good. */
  #leaveMain(): void {
    const { slab } = this;
    const oldest = this.#main.tail;
    const count = slab.counts[oldest] as number;
    if (count > 0) {
      slab.counts[oldest] = count - 1;
      this.#main.toHead(oldest);
      return;
    }
    this.#main.remove(oldest);
    slab.evict(oldest);
  }

  #listOf(slot: number): SlotList {
    switch (this.slab.places[slot]) {
      case small:
        return this.#small;
      case main:
        return this.#main;
      default:
        return this.#ghosts;
    }
  }
}

export function s3Fifo<Key>(parts: PolicyParts<Key>): CachePolicy<Key> {
  return new S3Fifo(parts);
}
