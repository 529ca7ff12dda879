/** A number for each job, NaN until it is set. It grows by doubling, so that nobody need know beforehand how many jobs there will be. */
export class Column {
  #values: Float64Array;

  /** `expected` numbers fit without growing; copying a large column takes a while in which jobs fall due. */
  constructor(expected: number) {
    this.#values = new Float64Array(Math.max(1, expected)).fill(Number.NaN);
  }

  get(position: number): number {
    return this.#values[position] ?? Number.NaN;
  }

  set(position: number, value: number): void {
    if (position >= this.#values.length) {
      const grown = new Float64Array(Math.max(position + 1, this.#values.length * 2)).fill(Number.NaN, this.#values.length);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[position] = value;
  }
}
