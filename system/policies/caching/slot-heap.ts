import { lengthened } from './slab.ts';

/** Slots by priority, lowest first; equal priorities by who was placed longest ago. Every operation takes O(log n). */
export class SlotHeap {
  #heap = new Uint32Array(0);
  #position = new Uint32Array(0);
  #priority = new Float64Array(0);
  #placed = new Float64Array(0);
  #length = 0;
  #clock = 0;

  constructor(slab: { follow(grow: (length: number) => void): void }) {
    slab.follow((length) => {
      this.#heap = lengthened(this.#heap, new Uint32Array(length));
      this.#position = lengthened(this.#position, new Uint32Array(length));
      this.#priority = lengthened(this.#priority, new Float64Array(length));
      this.#placed = lengthened(this.#placed, new Float64Array(length));
    });
  }

  get length(): number {
    return this.#length;
  }

  /** The slot of lowest priority; meaningless while the heap is empty. */
  get lowest(): number {
    return this.#heap[0] as number;
  }

  priorityOf(slot: number): number {
    return this.#priority[slot] as number;
  }

  add(slot: number, priority: number): void {
    this.#stamp(slot, priority);
    this.#length += 1;
    this.#rise(slot, this.#length - 1);
  }

  /** Places a member anew, behind all others of its new priority. */
  place(slot: number, priority: number): void {
    const rises = priority < this.priorityOf(slot);
    this.#stamp(slot, priority);
    if (rises) {
      this.#rise(slot, this.#position[slot] as number);
    } else {
      this.#sink(slot, this.#position[slot] as number);
    }
  }

  remove(slot: number): void {
    const at = this.#position[slot] as number;
    this.#length -= 1;
    const last = this.#heap[this.#length] as number;
    if (last !== slot) {
      this.#rise(last, at);
      this.#sink(last, this.#position[last] as number);
    }
  }

  /** Changes all priorities at once; who was placed first stays first among those that become equal. */
  reprioritise(change: (slot: number) => number): void {
    for (let index = 0; index < this.#length; index += 1) {
      const slot = this.#heap[index] as number;
      this.#priority[slot] = change(slot);
    }
    for (let index = (this.#length >>> 1) - 1; index >= 0; index -= 1) {
      this.#sink(this.#heap[index] as number, index);
    }
  }

  #stamp(slot: number, priority: number): void {
    this.#priority[slot] = priority;
    this.#clock += 1;
    this.#placed[slot] = this.#clock;
  }

  #isBefore(left: number, right: number): boolean {
    const leftPriority = this.#priority[left] as number;
    const rightPriority = this.#priority[right] as number;
    return (
      leftPriority < rightPriority || (leftPriority === rightPriority && (this.#placed[left] as number) < (this.#placed[right] as number))
    );
  }

  #rise(slot: number, from: number): void {
    const heap = this.#heap;
    const position = this.#position;
    let at = from;
    while (at > 0) {
      const parentAt = (at - 1) >>> 1;
      const parent = heap[parentAt] as number;
      if (!this.#isBefore(slot, parent)) {
        break;
      }
      heap[at] = parent;
      position[parent] = at;
      at = parentAt;
    }
    heap[at] = slot;
    position[slot] = at;
  }

  #sink(slot: number, from: number): void {
    const heap = this.#heap;
    const position = this.#position;
    let at = from;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= this.#length) {
        break;
      }
      if (childAt + 1 < this.#length && this.#isBefore(heap[childAt + 1] as number, heap[childAt] as number)) {
        childAt += 1;
      }
      const child = heap[childAt] as number;
      if (!this.#isBefore(child, slot)) {
        break;
      }
      heap[at] = child;
      position[child] = at;
      at = childAt;
    }
    heap[at] = slot;
    position[slot] = at;
  }
}
