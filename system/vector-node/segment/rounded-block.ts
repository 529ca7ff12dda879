import { exactSearch, MetricKind } from 'usearch';

const greatestByte = 127;
/** Candidates for each wanted row, and at least so many more: rounding moves a row by a few places, not by dozens. */
const candidatesPerWanted = 4;
const spareRows = 48;

/**
 * The rows of a block rounded to bytes: a quarter of the memory to read, so that a scan for candidates takes a quarter of the time.
 * One factor serves all rows, so that inner products keep their order; it shrinks when a larger component comes. For vectors of one
 * length only: beside a row hundreds of times as long the others would keep a bit or two.
 */
export class RoundedBlock {
  readonly #size: number;
  readonly #bytes: Int8Array<ArrayBuffer>;
  readonly #query: Int8Array<ArrayBuffer>;
  #bound = 0;
  #end = 0;

  constructor(size: number, rows: number) {
    this.#size = size;
    this.#bytes = new Int8Array(size * rows);
    this.#query = new Int8Array(size);
  }

  /** Rounds one row of the block. @param block the full vectors, this one already among them */
  set(row: number, block: Float32Array): void {
    const start = row * this.#size;
    const vector = block.subarray(start, start + this.#size);
    let greatest = 0;
    for (const component of vector) {
      greatest = Math.max(greatest, Math.abs(component));
    }
    this.#end = Math.max(this.#end, row + 1);
    if (greatest > this.#bound && Number.isFinite(greatest)) {
      // Doubled at least, so that this happens a few times and not for every row that is a little larger.
      this.#bound = Math.max(greatest, this.#bound * 2);
      this.#round(block, 0, this.#end * this.#size);
    } else {
      this.#round(block, start, start + this.#size);
    }
  }

  #round(block: Float32Array, start: number, end: number): void {
    const factor = this.#bound === 0 ? 0 : greatestByte / this.#bound;
    for (let at = start; at < end; at += 1) {
      const scaled = Math.round((block[at] as number) * factor);
      this.#bytes[at] = Math.max(-greatestByte, Math.min(greatestByte, scaled));
    }
  }

  /**
   * Rows that are likely the nearest `wanted`, several for each, for the caller to compare by their full vectors. Undefined when
   * that would be most of the block. Rows that were never set may be among them.
   */
  candidates(query: Float32Array, wanted: number): ArrayLike<number> | undefined {
    const count = wanted * candidatesPerWanted + spareRows;
    if (count * candidatesPerWanted > this.#end) {
      return undefined;
    }
    let greatest = 0;
    for (const component of query) {
      greatest = Math.max(greatest, Math.abs(component));
    }
    if (greatest === 0 || !Number.isFinite(greatest)) {
      return undefined;
    }
    for (let index = 0; index < query.length; index += 1) {
      this.#query[index] = Math.round(((query[index] as number) / greatest) * greatestByte);
    }
    const { keys } = exactSearch(this.#bytes.subarray(0, this.#end * this.#size), this.#query, this.#size, count, MetricKind.IP, 1);
    const halves = new Uint32Array(keys.buffer, keys.byteOffset, keys.length * 2);
    const rows = new Uint32Array(keys.length);
    for (let index = 0; index < rows.length; index += 1) {
      rows[index] = halves[index * 2] as number;
    }
    return rows;
  }
}
