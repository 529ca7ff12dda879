import { type Distance, type Kernel, metrics, normalise } from './distance.ts';
import type { TopK } from './top-k.ts';

const blockBytes = 4 * 1024 * 1024;
const greatestRowsPerBlockShift = 12;

/** All vectors of one name: contiguous blocks of 32-bit floats that are never moved, so that growing costs no copy. */
export class VectorColumn {
  readonly size: number;
  readonly distance: Distance;
  readonly #kernel: Kernel;
  readonly #shift: number;
  readonly #mask: number;
  readonly #blocks: Float32Array[] = [];
  #present = new Uint8Array(1024);
  #count = 0;

  constructor(size: number, distance: Distance) {
    this.size = size;
    this.distance = distance;
    this.#kernel = metrics[distance].kernel;
    const rows = Math.max(1, blockBytes / (size * Float32Array.BYTES_PER_ELEMENT));
    this.#shift = Math.min(greatestRowsPerBlockShift, Math.floor(Math.log2(rows)));
    this.#mask = (1 << this.#shift) - 1;
  }

  /** Number of rows that have a vector. */
  get count(): number {
    return this.#count;
  }

  has(row: number): boolean {
    return this.#present[row] === 1;
  }

  /** Stores a vector that {@link prepared} made. */
  set(row: number, vector: Float32Array): void {
    const blockIndex = row >> this.#shift;
    while (this.#blocks.length <= blockIndex) {
      this.#blocks.push(new Float32Array(this.size << this.#shift));
    }
    this.#blocks[blockIndex]?.set(vector, (row & this.#mask) * this.size);
    if (row >= this.#present.length) {
      const grown = new Uint8Array(Math.max(row + 1, this.#present.length * 2));
      grown.set(this.#present);
      this.#present = grown;
    }
    this.#count += this.#present[row] === 1 ? 0 : 1;
    this.#present[row] = 1;
  }

  delete(row: number): void {
    if (this.has(row)) {
      this.#present[row] = 0;
      this.#count -= 1;
    }
  }

  /** A view of the stored vector, valid until the row is written again. */
  get(row: number): Float32Array {
    const start = (row & this.#mask) * this.size;
    return (this.#blocks[row >> this.#shift] as Float32Array).subarray(start, start + this.size);
  }

  /** A vector as it is stored and searched: normalised for Cosine. Changes its argument. */
  prepared(vector: Float32Array): Float32Array {
    if (this.distance === 'Cosine') {
      normalise(vector);
    }
    return vector;
  }

  /** Offers the similarity of every row that has a vector. */
  scanAll(query: Float32Array, rowCount: number, best: TopK): void {
    const kernel = this.#kernel;
    const present = this.#present;
    const size = this.size;
    const end = Math.min(rowCount, present.length);
    for (let start = 0; start < end; start += this.#mask + 1) {
      const block = this.#blocks[start >> this.#shift];
      if (block === undefined) {
        return;
      }
      const blockEnd = Math.min(end, start + this.#mask + 1);
      for (let row = start; row < blockEnd; row += 1) {
        if (present[row] === 1) {
          best.offer(kernel(query, block, (row - start) * size), row);
        }
      }
    }
  }

  /** Offers the similarity of those of the given rows that have a vector. */
  scanRows(query: Float32Array, rows: Iterable<number>, best: TopK): void {
    const kernel = this.#kernel;
    const present = this.#present;
    for (const row of rows) {
      if (present[row] === 1) {
        best.offer(kernel(query, this.#blocks[row >> this.#shift] as Float32Array, (row & this.#mask) * this.size), row);
      }
    }
  }
}
