/** Numbers that are reserved at a time: 512 KB, which takes well under a millisecond while jobs fall due. */
const chunkBits = 16;
const chunkLength = 1 << chunkBits;
const mask = chunkLength - 1;

/** Reserved beforehand at most; what is beyond it is found on the way, chunk by chunk and without copying. */
const mostReserved = 1 << 20;

/** A number for each job, NaN until it is set, of as many jobs as there turn out to be. */
export class Column {
  readonly #chunks: Float64Array[] = [];

  /** Room for `expected` numbers is made at once, so that the memory of a generator does not grow while it works. */
  constructor(expected: number) {
    this.#reserve(Math.min(expected, mostReserved) - 1);
  }

  get(position: number): number {
    return this.#chunks[position >>> chunkBits]?.[position & mask] ?? Number.NaN;
  }

  set(position: number, value: number): void {
    if (position >>> chunkBits >= this.#chunks.length) {
      this.#reserve(position);
    }
    (this.#chunks[position >>> chunkBits] as Float64Array)[position & mask] = value;
  }

  #reserve(position: number): void {
    while (this.#chunks.length * chunkLength <= position) {
      this.#chunks.push(new Float64Array(chunkLength).fill(Number.NaN));
    }
  }
}
