const firstCapacity = 4;

/** The rows that have a component of one dimension, ascending, and its value in each. */
export class PostingList {
  rows = new Uint32Array(firstCapacity);
  values = new Float32Array(firstCapacity);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Position of the first row that is not below `row`. */
  #firstAtOrAfter(row: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.rows[middle] as number) < row) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Adds a row that is not here. New rows come last, so that this is an append but for rows that are used again. */
  add(row: number, value: number): void {
    if (this.#length === this.rows.length) {
      const rows = new Uint32Array(this.#length * 2);
      const values = new Float32Array(this.#length * 2);
      rows.set(this.rows);
      values.set(this.values);
      this.rows = rows;
      this.values = values;
    }
    const at = this.#firstAtOrAfter(row);
    this.rows.copyWithin(at + 1, at, this.#length);
    this.values.copyWithin(at + 1, at, this.#length);
    this.rows[at] = row;
    this.values[at] = value;
    this.#length += 1;
  }

  remove(row: number): void {
    const at = this.#firstAtOrAfter(row);
    if (at < this.#length && this.rows[at] === row) {
      this.rows.copyWithin(at, at + 1, this.#length);
      this.values.copyWithin(at, at + 1, this.#length);
      this.#length -= 1;
    }
  }
}
