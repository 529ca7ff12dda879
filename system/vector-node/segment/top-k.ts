/**
 * Keeps the `capacity` largest values and their rows in a bounded binary heap with the worst on top. Of equal values the
 * smaller row is the better one, so that an answer does not depend on the order of offering.
 */
export class TopK {
  readonly capacity: number;
  readonly #values: Float64Array;
  readonly #rows: Int32Array;
  #size = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#values = new Float64Array(capacity);
    this.#rows = new Int32Array(capacity);
  }

  /** Values that are smaller can no longer come in: the worst of those kept, or -Infinity while there is room. */
  get worst(): number {
    return this.#size < this.capacity ? Number.NEGATIVE_INFINITY : (this.#values[0] as number);
  }

  get size(): number {
    return this.#size;
  }

  /** Would an offer change what is kept? To be asked before a costlier question about the row. */
  wants(value: number, row: number): boolean {
    const worst = this.#values[0] as number;
    return this.#size < this.capacity || value > worst || (value === worst && row < (this.#rows[0] as number));
  }

  /** Offers a row; NaN counts as the smallest value of all. */
  offer(value: number, row: number): void {
    if (this.#size < this.capacity) {
      this.#siftUp(this.#size, Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value, row);
      this.#size += 1;
      return;
    }
    if (this.wants(value, row)) {
      this.#siftDown(value, row);
    }
  }

  /** Rows and values, best first. */
  sorted(): { row: number; value: number }[] {
    return Array.from({ length: this.#size }, (_, index) => ({
      row: this.#rows[index] as number,
      value: this.#values[index] as number,
    })).sort((left, right) => (left.value === right.value ? left.row - right.row : right.value > left.value ? 1 : -1));
  }

  #isWorse(value: number, row: number, other: number): boolean {
    const otherValue = this.#values[other] as number;
    return value < otherValue || (value === otherValue && row > (this.#rows[other] as number));
  }

  #set(index: number, value: number, row: number): void {
    this.#values[index] = value;
    this.#rows[index] = row;
  }

  #siftUp(start: number, value: number, row: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isWorse(value, row, parent)) {
        break;
      }
      this.#set(index, this.#values[parent] as number, this.#rows[parent] as number);
      index = parent;
    }
    this.#set(index, value, row);
  }

  /** Replaces the top. */
  #siftDown(value: number, row: number): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= this.#size) {
        break;
      }
      const right = left + 1;
      const worse = right < this.#size && this.#isWorse(this.#values[right] as number, this.#rows[right] as number, left) ? right : left;
      if (this.#isWorse(value, row, worse)) {
        break;
      }
      this.#set(index, this.#values[worse] as number, this.#rows[worse] as number);
      index = worse;
    }
    this.#set(index, value, row);
  }
}
