import { FrequencySketch } from './frequency-sketch.ts';
import type { CachePolicy, PolicyParts } from './policy.ts';
import { noSlot } from './slab.ts';
import { SlabPolicy } from './slab-policy.ts';
import { SlotLinks, SlotList } from './slot-list.ts';

/** Share of the capacity that every new key passes. */
const windowShare = 0.01;
/** Share of the rest that is kept for keys hit there. */
const protectedShare = 0.8;
/** The sketch starts no larger than for so many keys and grows with the entries. */
const firstSketchCapacity = 65_536;

const window = 0;
const probationary = 1;
const protectedPlace = 2;

/**
 * W-TinyLFU (Einziger, Friedman and Manes, "TinyLFU: a highly efficient cache admission policy", ACM Transactions on
 * Storage 2017; the shares are those of the Caffeine library): a new key passes a small LRU window; when it has to leave
 * that, it stays only if it was asked for more often lately than the key it would push out of the segmented LRU of the
 * rest. Asked for equally often, the newcomer goes. Without the paper's doorkeeper and without Caffeine's moving window.
 */
class WindowTinyLfu<Key> extends SlabPolicy<Key> {
  readonly #links = new SlotLinks(this.slab);
  readonly #window = new SlotList(this.slab, this.#links);
  readonly #probation = new SlotList(this.slab, this.#links);
  readonly #protected = new SlotList(this.slab, this.#links);
  readonly #windowCapacity = Math.max(1, Math.floor(this.slab.capacity * windowShare));
  readonly #protectedCapacity = Math.floor((this.slab.capacity - this.#windowCapacity) * protectedShare);
  readonly #sketch = new FrequencySketch(Math.min(this.slab.maximumEntries, firstSketchCapacity));

  protected touch(slot: number): void {
    const { slab } = this;
    this.#sketch.increment(slab.keyOf(slot));
    switch (slab.places[slot]) {
      case window:
        this.#window.toHead(slot);
        return;
      case protectedPlace:
        this.#protected.toHead(slot);
        break;
      default:
        this.#probation.remove(slot);
        slab.places[slot] = protectedPlace;
        this.#protected.push(slot);
    }
    while (this.#protected.weight > this.#protectedCapacity) {
      this.#move(this.#protected, probationary, this.#probation);
    }
  }

  protected unlink(slot: number): void {
    this.#listOf(slot).remove(slot);
  }

  protected override resize(slot: number, sizeBytes: number): void {
    this.#listOf(slot).resize(slot, sizeBytes);
  }

  protected evictOne(): void {
    const [list] = [this.#probation, this.#protected, this.#window].filter(({ tail }) => tail !== noSlot) as [SlotList];
    this.#evict(list, list.tail);
  }

  protected admit(key: Key, sizeBytes: number): boolean {
    const { slab } = this;
    this.#sketch.ensureCapacity(slab.entries + 1);
    this.#sketch.increment(key);
    this.#window.push(slab.insert(key, sizeBytes, window));
    let candidate = noSlot;
    while (this.#window.weight > this.#windowCapacity) {
      const left = this.#move(this.#window, probationary, this.#probation);
      candidate = candidate === noSlot ? left : candidate;
    }
    while (slab.isOver) {
      candidate = this.#contest(candidate);
    }
    return slab.isResident(slab.find(key));
  }

  /** Evicts either the key that left the window first or the oldest on probation; returns the next to leave the window. */
  #contest(candidate: number): number {
    const victim = this.#probation.tail;
    if (candidate === noSlot || victim === noSlot) {
      this.evictOne();
      return candidate;
    }
    const { slab } = this;
    const next = this.#probation.newerThan(candidate);
    if (this.#sketch.frequency(slab.keyOf(candidate)) > this.#sketch.frequency(slab.keyOf(victim))) {
      this.#evict(this.#probation, victim);
      return candidate;
    }
    this.#evict(this.#probation, candidate);
    return next;
  }

  #evict(list: SlotList, slot: number): void {
    list.remove(slot);
    this.slab.evict(slot);
  }

  /** The oldest of one list becomes the youngest of another. */
  #move(from: SlotList, place: number, to: SlotList): number {
    const oldest = from.tail;
    from.remove(oldest);
    this.slab.places[oldest] = place;
    to.push(oldest);
    return oldest;
  }

  #listOf(slot: number): SlotList {
    switch (this.slab.places[slot]) {
      case window:
        return this.#window;
      case probationary:
        return this.#probation;
      default:
        return this.#protected;
    }
  }
}

export function wTinyLfu<Key>(parts: PolicyParts<Key>): CachePolicy<Key> {
  return new WindowTinyLfu(parts);
}
