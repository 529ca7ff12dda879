import { lengthened, noSlot } from './slab.ts';

/** What a list has to know of the slab. */
interface Slots {
  follow(grow: (length: number) => void): void;
  weightOf(slot: number): number;
  resize(slot: number, sizeBytes: number): void;
}

/** Neighbours of every slot: one pair of arrays serves all lists of which a slot is in at most one at a time. */
export class SlotLinks {
  before = new Uint32Array(0);
  after = new Uint32Array(0);

  constructor(slab: Slots) {
    slab.follow((length) => {
      this.before = lengthened(this.before, new Uint32Array(length));
      this.after = lengthened(this.after, new Uint32Array(length));
    });
  }
}

/** A doubly linked list of slots, with its weight; every operation takes constant time. */
export class SlotList {
  /** The slot that was put in last, or `noSlot`. */
  head = noSlot;
  /** The slot that has been in for longest, or `noSlot`. */
  tail = noSlot;
  count = 0;
  weight = 0;
  readonly #slab: Slots;
  readonly #links: SlotLinks;

  constructor(slab: Slots, links: SlotLinks) {
    this.#slab = slab;
    this.#links = links;
  }

  /** Puts a slot at the head. */
  push(slot: number): void {
    const { before, after } = this.#links;
    before[slot] = noSlot;
    after[slot] = this.head;
    if (this.head === noSlot) {
      this.tail = slot;
    } else {
      before[this.head] = slot;
    }
    this.head = slot;
    this.count += 1;
    this.weight += this.#slab.weightOf(slot);
  }

  /** Takes a slot out, wherever it is. */
  remove(slot: number): void {
    const { before, after } = this.#links;
    const newer = before[slot] as number;
    const older = after[slot] as number;
    if (newer === noSlot) {
      this.head = older;
    } else {
      after[newer] = older;
    }
    if (older === noSlot) {
      this.tail = newer;
    } else {
      before[older] = newer;
    }
    this.count -= 1;
    this.weight -= this.#slab.weightOf(slot);
  }

  toHead(slot: number): void {
    if (slot !== this.head) {
      this.remove(slot);
      this.push(slot);
    }
  }

  /** The slot that came in just after this one, or `noSlot` at the head. */
  newerThan(slot: number): number {
    return this.#links.before[slot] as number;
  }

  /** Gives a member another size, here and in the slab. */
  resize(slot: number, sizeBytes: number): void {
    this.weight -= this.#slab.weightOf(slot);
    this.#slab.resize(slot, sizeBytes);
    this.weight += this.#slab.weightOf(slot);
  }
}
