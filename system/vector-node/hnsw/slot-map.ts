const noSlot = -1;
const noRow = -1;

function grown(array: Int32Array, least: number, filler: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(least, array.length * 2, 1024)).fill(filler);
  larger.set(array);
  return larger;
}

/**
 * Which row of the table each slot of an HNSW index stands for. A slot is given once and never again: a row that is written or
 * deleted afterwards leaves a tombstone in its slot and may get a new slot later.
 */
export class SlotMap {
  #rowOfSlot = new Int32Array(0);
  #slotOfRow = new Int32Array(0);
  #size = 0;
  #liveCount = 0;

  /** Slots given, tombstones included. */
  get size(): number {
    return this.#size;
  }

  /** Slots whose row still has the vector that was indexed. */
  get liveCount(): number {
    return this.#liveCount;
  }

  /** The row of a slot; negative when the slot is a tombstone. */
  rowOf(slot: number): number {
    return this.#rowOfSlot[slot] ?? noRow;
  }

  has(row: number): boolean {
    return (this.#slotOfRow[row] ?? noSlot) !== noSlot;
  }

  /** Gives the next slot to a row that has none. */
  append(row: number): void {
    const slot = this.#take();
    if (row >= this.#slotOfRow.length) {
      this.#slotOfRow = grown(this.#slotOfRow, row + 1, noSlot);
    }
    this.#rowOfSlot[slot] = row;
    this.#slotOfRow[row] = slot;
    this.#liveCount += 1;
  }

  /** Takes a slot that is a tombstone from the start. */
  appendTombstone(): void {
    this.#rowOfSlot[this.#take()] = noRow;
  }

  #take(): number {
    const slot = this.#size;
    if (slot >= this.#rowOfSlot.length) {
      this.#rowOfSlot = grown(this.#rowOfSlot, slot + 1, noRow);
    }
    this.#size += 1;
    return slot;
  }

  /** Makes the row's slot a tombstone; false when it has none. */
  bury(row: number): boolean {
    const slot = this.#slotOfRow[row] ?? noSlot;
    if (slot === noSlot) {
      return false;
    }
    this.#rowOfSlot[slot] = noRow;
    this.#slotOfRow[row] = noSlot;
    this.#liveCount -= 1;
    return true;
  }

  /** A copy of the first `size` slots. */
  copy(size = this.#size): SlotMap {
    const copy = new SlotMap();
    copy.#rowOfSlot = this.#rowOfSlot.slice(0, size);
    copy.#slotOfRow = this.#slotOfRow.slice();
    copy.#size = size;
    copy.#liveCount = this.#liveCount;
    for (let slot = size; slot < this.#size; slot += 1) {
      const row = this.rowOf(slot);
      if (row !== noRow) {
        copy.#slotOfRow[row] = noSlot;
        copy.#liveCount -= 1;
      }
    }
    return copy;
  }
}
