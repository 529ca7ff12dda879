import type { CachePolicy, PolicyParts } from './policy.ts';
import { ghostPlaces, noSlot } from './slab.ts';
import { SlabPolicy } from './slab-policy.ts';
import { SlotLinks, SlotList } from './slot-list.ts';

/** `Lhirs` of the paper: share of the capacity for keys whose next access is expected late. */
const lateShare = 0.01;
/** The stack, ghosts included, holds up to this multiple of the capacity; the paper leaves it unbounded. */
const stackFactor = 2;

/** LIR: asked for again soon, in the stack. */
const early = 0;
/** Resident HIR, in the stack and in the queue. */
const lateInStack = 1;
/** Resident HIR that the stack has forgotten, in the queue only. */
const lateInQueue = 2;
/** Non-resident HIR, in the stack and among the ghosts. */
const ghost = ghostPlaces;

/**
 * LIRS (Jiang and Zhang, "LIRS: an efficient low inter-reference recency set replacement policy", SIGMETRICS 2002): keys
 * whose last two accesses lay close together (LIR) hold nearly the whole cache; the others (HIR) queue for a small rest.
 * The stack orders keys by their last access and ends with the oldest LIR key: a HIR key that is asked for while it is
 * still in the stack, resident or not, changes places with that one. Sizes, which the paper leaves open: both shares are
 * weights, and what the LIR keys leave free the others may use.
 */
class Lirs<Key> extends SlabPolicy<Key> {
  readonly #stackLinks = new SlotLinks(this.slab);
  readonly #stack = new SlotList(this.slab, this.#stackLinks);
  /** A slot is in the queue, or among the ghosts, or in neither. */
  readonly #queueLinks = new SlotLinks(this.slab);
  readonly #queue = new SlotList(this.slab, this.#queueLinks);
  readonly #ghosts = new SlotList(this.slab, this.#queueLinks);
  readonly #earlyCapacity = this.slab.capacity - Math.max(1, Math.floor(this.slab.capacity * lateShare));
  readonly #stackCapacity = this.slab.capacity * stackFactor;
  #earlyWeight = 0;

  protected touch(slot: number): void {
    const { places } = this.slab;
    switch (places[slot]) {
      case early:
        this.#stack.toHead(slot);
        this.#prune();
        this.#balance();
        break;
      case lateInStack:
        this.#queue.remove(slot);
        this.#stack.toHead(slot);
        this.#makeEarly(slot);
        break;
      default:
        this.#queue.toHead(slot);
        places[slot] = lateInStack;
        this.#stack.push(slot);
    }
    // A key that was written again may have grown.
    this.#limit();
  }

  protected unlink(slot: number): void {
    switch (this.slab.places[slot]) {
      case early:
        this.#earlyWeight -= this.slab.weightOf(slot);
        this.#stack.remove(slot);
        this.#prune();
        return;
      case lateInStack:
        this.#stack.remove(slot);
        this.#queue.remove(slot);
        return;
      case lateInQueue:
        this.#queue.remove(slot);
        return;
      default:
        this.#stack.remove(slot);
        this.#ghosts.remove(slot);
    }
  }

  protected override resize(slot: number, sizeBytes: number): void {
    const { slab } = this;
    const change = slab.weigh(sizeBytes) - slab.weightOf(slot);
    const place = slab.places[slot];
    if (place === early) {
      this.#earlyWeight += change;
    } else {
      this.#queue.weight += change;
    }
    if (place !== lateInQueue) {
      this.#stack.weight += change;
    }
    slab.resize(slot, sizeBytes);
  }

  protected evictOne(): void {
    if (this.#queue.tail === noSlot) {
      this.#makeLate();
    }
    const { slab } = this;
    const oldest = this.#queue.tail;
    this.#queue.remove(oldest);
    if (slab.places[oldest] === lateInQueue) {
      slab.evict(oldest);
    } else {
      slab.evictToGhost(oldest, ghost);
      this.#ghosts.push(oldest);
    }
  }

  protected admit(key: Key, sizeBytes: number, _cost: number, remembered: number): boolean {
    const { slab } = this;
    if (remembered !== noSlot) {
      // Out first, so that making room cannot forget it.
      this.unlink(remembered);
    }
    while (!slab.hasRoomFor(sizeBytes)) {
      this.evictOne();
    }
    if (remembered !== noSlot) {
      slab.revive(remembered, sizeBytes, early);
      this.#stack.push(remembered);
      this.#makeEarly(remembered);
    } else if (this.#earlyWeight + slab.weigh(sizeBytes) <= this.#earlyCapacity) {
      const slot = slab.insert(key, sizeBytes, early);
      this.#stack.push(slot);
      this.#makeEarly(slot);
    } else {
      const slot = slab.insert(key, sizeBytes, lateInStack);
      this.#stack.push(slot);
      this.#queue.push(slot);
    }
    this.#limit();
    return true;
  }

  /** A slot on top of the stack becomes LIR; the oldest LIR keys make way. */
  #makeEarly(slot: number): void {
    this.slab.places[slot] = early;
    this.#earlyWeight += this.slab.weightOf(slot);
    this.#balance();
  }

  #balance(): void {
    while (this.#earlyWeight > this.#earlyCapacity) {
      this.#makeLate();
    }
  }

  /** The oldest LIR key leaves the stack for the end of the queue. */
  #makeLate(): void {
    this.#prune();
    const oldest = this.#stack.tail;
    this.#stack.remove(oldest);
    this.#earlyWeight -= this.slab.weightOf(oldest);
    this.slab.places[oldest] = lateInQueue;
    this.#queue.push(oldest);
    this.#prune();
  }

  /** The stack ends with a LIR key: whatever lies below the oldest one can no longer show a short distance. */
  #prune(): void {
    const { places } = this.slab;
    for (let last = this.#stack.tail; last !== noSlot && places[last] !== early; last = this.#stack.tail) {
      if (places[last] === ghost) {
        this.#forget(last);
      } else {
        this.#stack.remove(last);
        places[last] = lateInQueue;
      }
    }
  }

  #limit(): void {
    while (this.#stack.weight > this.#stackCapacity && this.#ghosts.tail !== noSlot) {
      this.#forget(this.#ghosts.tail);
    }
  }

  #forget(slot: number): void {
    this.unlink(slot);
    this.slab.release(slot);
  }
}

export function lirs<Key>(parts: PolicyParts<Key>): CachePolicy<Key> {
  return new Lirs(parts);
}
