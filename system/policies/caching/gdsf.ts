import type { CachePolicy, PolicyParts } from './policy.ts';
import { lengthened } from './slab.ts';
import { SlabPolicy } from './slab-policy.ts';
import { SlotHeap } from './slot-heap.ts';

/**
 * Greedy-Dual-Size with Frequency (Cherkasova, "Improving WWW proxies performance with greedy-dual-size-frequency
 * caching policy", HP Labs HPL-98-69R1, 1998): a key is worth `age + count · cost / size`; the least worth goes first and
 * its worth becomes the age, so that what nobody asks for any more is overtaken. Equally worth: the one that was asked
 * for longest ago.
 */
class Gdsf<Key> extends SlabPolicy<Key> {
  readonly #byWorth = new SlotHeap(this.slab);
  #costs = new Float64Array(0);
  #age = 0;

  constructor(parts: PolicyParts<Key>) {
    super(parts);
    this.slab.follow((length) => {
      this.#costs = lengthened(this.#costs, new Float64Array(length));
    });
  }

  protected touch(slot: number): void {
    const { counts } = this.slab;
    counts[slot] = (counts[slot] as number) + 1;
    this.#byWorth.place(slot, this.#worth(slot));
  }

  protected unlink(slot: number): void {
    this.#byWorth.remove(slot);
  }

  protected override resize(slot: number, sizeBytes: number, cost: number): void {
    this.slab.resize(slot, sizeBytes);
    this.#costs[slot] = checkedCost(cost);
  }

  protected evictOne(): void {
    const least = this.#byWorth.lowest;
    this.#age = this.#byWorth.priorityOf(least);
    this.#byWorth.remove(least);
    this.slab.evict(least);
  }

  protected admit(key: Key, sizeBytes: number, cost: number): boolean {
    checkedCost(cost);
    while (!this.slab.hasRoomFor(sizeBytes)) {
      this.evictOne();
    }
    const slot = this.slab.insert(key, sizeBytes, 0);
    this.#costs[slot] = cost;
    this.slab.counts[slot] = 1;
    this.#byWorth.add(slot, this.#worth(slot));
    return true;
  }

  #worth(slot: number): number {
    const { counts, sizes } = this.slab;
    return this.#age + ((counts[slot] as number) * (this.#costs[slot] as number)) / (sizes[slot] as number);
  }
}

function checkedCost(cost: number): number {
  if (!(cost >= 0 && Number.isFinite(cost))) {
    throw new RangeError(`the cost of a miss must be a number from 0, got ${cost}`);
  }
  return cost;
}

export function gdsf<Key>(parts: PolicyParts<Key>): CachePolicy<Key> {
  return new Gdsf(parts);
}
