import { RoundedBlock } from './rounded-block.ts';

/** Beside an index so many waiting rows are also kept rounded; more wait only while a first index is built. */
const greatestRows = 20_000;

/** A block of a column as this needs it. */
export interface WaitingBlock {
  readonly vectors: Float32Array;
  /** Rows of it, counted from its first, whose vectors are not indexed. */
  readonly waiting: () => Iterable<number>;
}

/** The waiting rows of a column beside its index, rounded. A block that is there has all of its waiting rows. */
export class RoundedRows {
  readonly #size: number;
  readonly #rowsPerBlock: number;
  readonly #blocks: (RoundedBlock | undefined)[] = [];

  constructor(size: number, rowsPerBlock: number) {
    this.#size = size;
    this.#rowsPerBlock = rowsPerBlock;
  }

  /** A row began to wait; `isFirst` of its block, so that from here on the block can be complete. */
  add(blockIndex: number, row: number, vectors: Float32Array, isFirst: boolean): void {
    if (isFirst) {
      this.#blocks[blockIndex] = new RoundedBlock(this.#size, this.#rowsPerBlock);
    }
    this.#blocks[blockIndex]?.set(row, vectors);
  }

  /** Keeps the given blocks and no others; all are let go of where too many rows wait. */
  keep(blocks: ReadonlyMap<number, WaitingBlock>, waitingCount: number): void {
    for (const blockIndex of this.#blocks.keys()) {
      if (!blocks.has(blockIndex) || waitingCount > greatestRows) {
        this.#blocks[blockIndex] = undefined;
      }
    }
    for (const [blockIndex, { vectors, waiting }] of waitingCount > greatestRows ? [] : blocks) {
      if (this.#blocks[blockIndex] === undefined) {
        const rounded = new RoundedBlock(this.#size, this.#rowsPerBlock);
        for (const row of waiting()) {
          rounded.set(row, vectors);
        }
        this.#blocks[blockIndex] = rounded;
      }
    }
  }

  /** See `RoundedBlock.candidates`; also undefined where the block is not kept. */
  candidates(blockIndex: number, query: Float32Array, wanted: number): ArrayLike<number> | undefined {
    return this.#blocks[blockIndex]?.candidates(query, wanted);
  }
}
