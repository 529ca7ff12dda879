import type { CachePolicy, PolicyParts } from './policy.ts';
import { SlabPolicy } from './slab-policy.ts';
import { SlotHeap } from './slot-heap.ts';

/** Mean count of the residents above which all counts are halved. */
const defaultMaximumMeanCount = 100;

/**
 * Least frequently used, with ageing: whoever was asked for least often since it came in goes first, of several the one
 * that was asked for longest ago. So that yesterday's favourites leave some time, all counts are halved, rounded up,
 * whenever their mean passes a maximum (Robinson and Devarakonda, "Data cache management using frequency-based
 * replacement", SIGMETRICS 1990).
 */
class Lfu<Key> extends SlabPolicy<Key> {
  readonly #byCount = new SlotHeap(this.slab);
  readonly #maximumMeanCount: number;
  #sumOfCounts = 0;

  constructor(parts: PolicyParts<Key>, maximumMeanCount: number) {
    super(parts);
    this.#maximumMeanCount = maximumMeanCount;
  }

  protected touch(slot: number): void {
    this.#byCount.place(slot, this.#byCount.priorityOf(slot) + 1);
    this.#sumOfCounts += 1;
    if (this.#sumOfCounts > this.#maximumMeanCount * this.#byCount.length) {
      this.#halve();
    }
  }

  protected unlink(slot: number): void {
    this.#sumOfCounts -= this.#byCount.priorityOf(slot);
    this.#byCount.remove(slot);
  }

  protected evictOne(): void {
    const rarest = this.#byCount.lowest;
    this.unlink(rarest);
    this.slab.evict(rarest);
  }

  protected admit(key: Key, sizeBytes: number): boolean {
    while (!this.slab.hasRoomFor(sizeBytes)) {
      this.evictOne();
    }
    this.#byCount.add(this.slab.insert(key, sizeBytes, 0), 1);
    this.#sumOfCounts += 1;
    return true;
  }

  #halve(): void {
    let sum = 0;
    this.#byCount.reprioritise((slot) => {
      const halved = Math.ceil(this.#byCount.priorityOf(slot) / 2);
      sum += halved;
      return halved;
    });
    this.#sumOfCounts = sum;
  }
}

/** `maximumMeanCount` is a number above 1; Infinity never ages. Throws a RangeError otherwise. */
export function lfu<Key>(parts: PolicyParts<Key>, maximumMeanCount = defaultMaximumMeanCount): CachePolicy<Key> {
  if (!(maximumMeanCount > 1)) {
    throw new RangeError(`maximumMeanCount must be above 1, got ${maximumMeanCount}`);
  }
  return new Lfu(parts, maximumMeanCount);
}
