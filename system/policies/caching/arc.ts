import type { CachePolicy, PolicyParts } from './policy.ts';
import { ghostPlaces, noSlot } from './slab.ts';
import { SlabPolicy } from './slab-policy.ts';
import { SlotLinks, SlotList } from './slot-list.ts';

const once = 0;
const often = 1;
const onceGhost = ghostPlaces;
const oftenGhost = ghostPlaces + 1;

/**
 * ARC (Megiddo and Modha, "ARC: a self-tuning, low overhead replacement cache", FAST 2003): keys seen once (T1) and more
 * often (T2) share the cache; ghosts of both (B1, B2) tell which of the two should have been larger, and move the target
 * of T1. Sizes, which the paper leaves open: list lengths and the target are weights, a ghost hit moves the target by
 * the entry's weight times the paper's step, and where the paper takes one entry out, as many go as make room.
 */
class Arc<Key> extends SlabPolicy<Key> {
  readonly #links = new SlotLinks(this.slab);
  readonly #once = new SlotList(this.slab, this.#links);
  readonly #often = new SlotList(this.slab, this.#links);
  readonly #onceGhosts = new SlotList(this.slab, this.#links);
  readonly #oftenGhosts = new SlotList(this.slab, this.#links);
  /** `p` of the paper: the weight that T1 should have. */
  #target = 0;

  protected touch(slot: number): void {
    if (this.slab.places[slot] === often) {
      this.#often.toHead(slot);
    } else {
      this.#once.remove(slot);
      this.slab.places[slot] = often;
      this.#often.push(slot);
    }
  }

  protected unlink(slot: number): void {
    this.#listOf(slot).remove(slot);
  }

  protected override resize(slot: number, sizeBytes: number): void {
    this.#listOf(slot).resize(slot, sizeBytes);
  }

  protected evictOne(): void {
    this.#replace(false);
    this.#forgetBeyond(0);
  }

  protected admit(key: Key, sizeBytes: number, _cost: number, remembered: number): boolean {
    const { slab } = this;
    if (remembered === noSlot) {
      this.#makeRoomInOnce(slab.weigh(sizeBytes));
      this.#forgetBeyond(slab.weigh(sizeBytes));
      while (!slab.hasRoomFor(sizeBytes)) {
        this.#replace(false);
      }
      this.#once.push(slab.insert(key, sizeBytes, once));
      return true;
    }
    const isOnce = slab.places[remembered] === onceGhost;
    const weight = slab.weightOf(remembered);
    const onceGhosts = this.#onceGhosts.weight;
    const oftenGhosts = this.#oftenGhosts.weight;
    this.#target = isOnce
      ? Math.min(slab.capacity, this.#target + Math.max(1, oftenGhosts / onceGhosts) * weight)
      : Math.max(0, this.#target - Math.max(1, onceGhosts / oftenGhosts) * weight);
    this.#listOf(remembered).remove(remembered);
    while (!slab.hasRoomFor(sizeBytes)) {
      this.#replace(!isOnce);
    }
    slab.revive(remembered, sizeBytes, often);
    this.#often.push(remembered);
    this.#forgetBeyond(0);
    return true;
  }

  /** The paper's REPLACE: T1 gives when it is above its target, T2 otherwise; who leaves is remembered. */
  #replace(isOftenGhostHit: boolean): void {
    const { slab } = this;
    const onceWeight = this.#once.weight;
    const isAbove = onceWeight > this.#target || (isOftenGhostHit && onceWeight === this.#target);
    const fromOnce = this.#often.tail === noSlot || (this.#once.tail !== noSlot && isAbove);
    const from = fromOnce ? this.#once : this.#often;
    const oldest = from.tail;
    from.remove(oldest);
    slab.evictToGhost(oldest, fromOnce ? onceGhost : oftenGhost);
    (fromOnce ? this.#onceGhosts : this.#oftenGhosts).push(oldest);
  }

  /** T1 and B1 together stay within the capacity: ghosts go first; T1 alone that fills the cache evicts without a trace. */
  #makeRoomInOnce(weight: number): void {
    while (this.#once.weight + this.#onceGhosts.weight + weight > this.slab.capacity) {
      if (this.#onceGhosts.tail !== noSlot) {
        this.#forget(this.#onceGhosts);
      } else if (this.#once.tail === noSlot) {
        return;
      } else {
        const oldest = this.#once.tail;
        this.#once.remove(oldest);
        this.slab.evict(oldest);
      }
    }
  }

  /** All four lists together stay within twice the capacity, with `weight` more to come. */
  #forgetBeyond(weight: number): void {
    const ghosts = 2 * this.slab.capacity - this.#once.weight - this.#often.weight - weight;
    while (this.#onceGhosts.weight + this.#oftenGhosts.weight > ghosts) {
      if (this.#oftenGhosts.tail !== noSlot) {
        this.#forget(this.#oftenGhosts);
      } else if (this.#onceGhosts.tail !== noSlot) {
        this.#forget(this.#onceGhosts);
      } else {
        return;
      }
    }
  }

  #forget(ghosts: SlotList): void {
    const oldest = ghosts.tail;
    ghosts.remove(oldest);
    this.slab.release(oldest);
  }

  #listOf(slot: number): SlotList {
    switch (this.slab.places[slot]) {
      case once:
        return this.#once;
      case often:
        return this.#often;
      case onceGhost:
        return this.#onceGhosts;
      default:
        return this.#oftenGhosts;
    }
  }
}

export function arc<Key>(parts: PolicyParts<Key>): CachePolicy<Key> {
  return new Arc(parts);
}
