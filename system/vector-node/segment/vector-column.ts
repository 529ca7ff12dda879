import type { HnswIndex } from '../hnsw/hnsw-index.ts';
import type { SlotMap } from '../hnsw/slot-map.ts';
import { type Distance, type Kernel, metrics, normalise } from './distance.ts';
import { type BlockCandidates, nearestInBlock } from './native-scan.ts';
import { RoundedRows, type WaitingBlock } from './rounded-rows.ts';
import type { TopK } from './top-k.ts';

/**
 * Blocks are larger than what requests bring, so that the C library makes each a mapping of its own: pages that were never written
 * take no memory, and vectors do not lie between the buffers of requests, which would leave holes. Scans take a block as a whole.
 */
const leastBlockBytes = 8 * 1024 * 1024;
/** The library's scan pays when at least one row in so many of a block is wanted. */
const leastShareScannedNatively = 4;

/** What a row of a column holds. */
const absent = 0;
/** A vector that no HNSW index has: searches scan it. */
const pending = 1;
/** A vector that the HNSW index has. */
const indexed = 2;
/** A vector that cannot be indexed, because a component is no finite number: searches scan it for ever. */
const unindexable = 3;

/** The blocks of a column, which a worker thread reads while it builds an index. */
export interface SharedBlocks {
  readonly size: number;
  readonly rowsPerBlock: number;
  readonly blocks: readonly SharedArrayBuffer[];
}

/** The index that serves a column's searches, and the rows that its slots stand for. */
export interface ServingIndex {
  readonly index: HnswIndex;
  readonly slots: SlotMap;
}

/** From how many bytes of vectors on a column is treated as large. */
export interface ColumnThresholds {
  /** More that wait are to be indexed; infinite: never. */
  readonly indexingBytes: number;
  /** Up to so many are compared one by one although there is an index. */
  readonly fullScanBytes: number;
}

/**
 * All vectors of one name: contiguous blocks of 32-bit floats that are never moved, so that growing costs no copy and another
 * thread can read them. Beside them stands at most one HNSW index; it is only ever a way to find rows faster, never their source.
 */
export class VectorColumn {
  readonly size: number;
  readonly distance: Distance;
  readonly #kernel: Kernel;
  /** Rows of a block, as a power of two. */
  readonly #shift: number;
  readonly #mask: number;
  readonly #buffers: SharedArrayBuffer[] = [];
  readonly #blocks: Float32Array[] = [];
  /** Set by the optimiser; without one nothing is indexed. */
  thresholds: ColumnThresholds = { indexingBytes: Number.POSITIVE_INFINITY, fullScanBytes: Number.POSITIVE_INFINITY };
  #states = new Uint8Array(1024);
  #count = 0;
  #serving: ServingIndex | undefined;
  /** Slots of the index that is being built. */
  #building: SlotMap | undefined;
  /** For each block: rows with a vector that is not indexed. */
  #unindexedInBlock: number[] = [];
  /** Cosine vectors that wait beside an index; those of other distances are not of one length. */
  readonly #rounded: RoundedRows | undefined;
  #unindexedCount = 0;
  #unindexableCount = 0;
  /** At least the length of every vector that was ever stored: it bounds the rounding of scans in 32 bits. */
  #greatestLength = 0;

  constructor(size: number, distance: Distance) {
    this.size = size;
    this.distance = distance;
    this.#kernel = metrics[distance].kernel;
    this.#shift = Math.ceil(Math.log2(leastBlockBytes / (size * Float32Array.BYTES_PER_ELEMENT)));
    this.#mask = (1 << this.#shift) - 1;
    this.#rounded = distance === 'Cosine' ? new RoundedRows(size, this.#mask + 1) : undefined;
  }

  /** Number of rows that have a vector. */
  get count(): number {
    return this.#count;
  }

  /** Rows with a vector that searches find by the index. */
  get indexedCount(): number {
    return this.#count - this.#unindexedCount;
  }

  /** Rows with a vector that waits for an index. */
  get pendingCount(): number {
    return this.#unindexedCount - this.#unindexableCount;
  }

  /** No row from here on has a vector. */
  get #rowsEnd(): number {
    return Math.min(this.#states.length, this.#unindexedInBlock.length << this.#shift);
  }

  /** No stored vector is longer. */
  get greatestLength(): number {
    return this.#greatestLength;
  }

  /** So many vectors wait that they are to be indexed. */
  get isIndexingDue(): boolean {
    return this.pendingCount * this.size * Float32Array.BYTES_PER_ELEMENT > this.thresholds.indexingBytes;
  }

  /** So few vectors that an index is no gain. */
  get isScannedWhole(): boolean {
    return this.#count * this.size * Float32Array.BYTES_PER_ELEMENT <= this.thresholds.fullScanBytes;
  }

  get serving(): ServingIndex | undefined {
    return this.#serving;
  }

  get sharedBlocks(): SharedBlocks {
    return { size: this.size, rowsPerBlock: this.#mask + 1, blocks: this.#buffers };
  }

  has(row: number): boolean {
    return (this.#states[row] ?? absent) !== absent;
  }

  isIndexed(row: number): boolean {
    return this.#states[row] === indexed;
  }

  /** Stores a vector that {@link prepared} made. A vector that is there already keeps its place in the index. */
  set(row: number, vector: Float32Array): void {
    const blockIndex = row >> this.#shift;
    while (this.#blocks.length <= blockIndex) {
      const buffer = new SharedArrayBuffer((this.size << this.#shift) * Float32Array.BYTES_PER_ELEMENT);
      this.#buffers.push(buffer);
      this.#blocks.push(new Float32Array(buffer));
      this.#unindexedInBlock.push(0);
    }
    if (row >= this.#states.length) {
      const grown = new Uint8Array(Math.max(row + 1, this.#states.length * 2));
      grown.set(this.#states);
      this.#states = grown;
    }
    if (this.has(row) && this.#holds(row, vector)) {
      return;
    }
    this.delete(row);
    this.#blocks[blockIndex]?.set(vector, (row & this.#mask) * this.size);
    let squares = 0;
    for (const component of vector) {
      squares += component * component;
    }
    this.#greatestLength = Math.max(this.#greatestLength, Math.sqrt(squares));
    this.#count += 1;
    const isFirst = this.#serving !== undefined && this.#unindexedInBlock[blockIndex] === 0;
    this.#rounded?.add(blockIndex, row & this.#mask, this.#blocks[blockIndex] as Float32Array, isFirst);
    this.#unindexedCount += 1;
    (this.#unindexedInBlock[blockIndex] as number) += 1;
    const isIndexable = Number.isFinite(squares);
    this.#states[row] = isIndexable ? pending : unindexable;
    this.#unindexableCount += isIndexable ? 0 : 1;
  }

  #holds(row: number, vector: Float32Array): boolean {
    const stored = this.get(row);
    for (let index = 0; index < stored.length; index += 1) {
      if (!Object.is(stored[index], vector[index])) {
        return false;
      }
    }
    return true;
  }

  delete(row: number): void {
    const state = this.#states[row] ?? absent;
    if (state === absent) {
      return;
    }
    this.#count -= 1;
    this.#states[row] = absent;
    this.#building?.bury(row);
    if (state === indexed) {
      this.#serving?.slots.bury(row);
      return;
    }
    this.#unindexedCount -= 1;
    this.#unindexableCount -= state === unindexable ? 1 : 0;
    (this.#unindexedInBlock[row >> this.#shift] as number) -= 1;
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

  /** The similarity of a query to a row that has a vector. */
  similarity(query: Float32Array, row: number): number {
    return this.#kernel(query, this.#blocks[row >> this.#shift] as Float32Array, (row & this.#mask) * this.size);
  }

  /** Begins an index with the given slots: rows written from here on become tombstones in it. */
  beginBuild(slots: SlotMap): void {
    this.#building = slots;
  }

  /**
   * Gives slots to rows that the index being built does not have yet, in the order of rows from `from` on and then from the first.
   * Returns at most `limit` rows; none when it has all.
   */
  takeForBuild(from: number, limit: number): number[] {
    const slots = this.#building;
    const end = this.#rowsEnd;
    const taken: number[] = [];
    for (let step = 0; slots !== undefined && step < end && taken.length < limit; step += 1) {
      const row = (from + step) % end;
      const state = this.#states[row];
      if ((state === pending || state === indexed) && !slots.has(row)) {
        slots.append(row);
        taken.push(row);
      }
    }
    return taken;
  }

  endBuild(): void {
    this.#building = undefined;
  }

  /** Searches go to this index from here on; undefined: they scan. Rows without a slot are pending. */
  serve(serving: ServingIndex | undefined): void {
    this.#serving = serving;
    this.#unindexedCount = 0;
    this.#unindexedInBlock.fill(0);
    const end = this.#rowsEnd;
    for (let row = 0; row < end; row += 1) {
      const state = this.#states[row];
      if (state === absent) {
        continue;
      }
      if (serving?.slots.has(row) === true) {
        this.#states[row] = indexed;
        continue;
      }
      this.#states[row] = state === unindexable ? unindexable : pending;
      this.#unindexedCount += 1;
      (this.#unindexedInBlock[row >> this.#shift] as number) += 1;
    }
    this.#roundAgain();
  }

  /** Keeps what waits beside an index rounded, and nothing else. */
  #roundAgain(): void {
    const blocks = new Map<number, WaitingBlock>();
    for (const [block, count] of this.#serving === undefined ? [] : this.#unindexedInBlock.entries()) {
      if (count > 0) {
        blocks.set(block, { vectors: this.#blocks[block] as Float32Array, waiting: () => this.#waitingIn(block) });
      }
    }
    this.#rounded?.keep(blocks, this.#unindexedCount);
  }

  /** Rows of a block, from its first, with a vector that is not indexed. */
  *#waitingIn(block: number): Generator<number> {
    const start = block << this.#shift;
    for (let row = 0; row <= this.#mask; row += 1) {
      if (this.has(start + row) && !this.isIndexed(start + row)) {
        yield row;
      }
    }
  }

  /** Rows with a vector that is not indexed, in their order. */
  *unindexedRows(): Generator<number> {
    for (const [block, count] of this.#unindexedInBlock.entries()) {
      if (count > 0) {
        for (const row of this.#waitingIn(block)) {
          yield (block << this.#shift) + row;
        }
      }
    }
  }

  /** Offers the similarity of every row that has a vector. */
  scanAll(query: Float32Array, rowCount: number, best: TopK): void {
    this.#scan(query, 0, rowCount, best, absent);
  }

  /**
   * Offers the similarity of the nearest rows whose vectors are not indexed. Where they are kept rounded these are found by the
   * rounded vectors, several for each that is wanted, and compared by the full ones; elsewhere every row is.
   */
  scanUnindexed(query: Float32Array, rowCount: number, best: TopK): void {
    for (const [blockIndex, count] of this.#unindexedInBlock.entries()) {
      const start = blockIndex << this.#shift;
      const candidates = count === 0 ? [] : this.#rounded?.candidates(blockIndex, query, best.capacity);
      if (candidates === undefined) {
        this.#scan(query, start, Math.min(rowCount, start + this.#mask + 1), best, indexed);
        continue;
      }
      for (let index = 0; index < candidates.length; index += 1) {
        this.#offer(query, start + (candidates[index] as number), indexed, best);
      }
    }
  }

  /**
   * Scans rows with a vector but those of one state, from the first row of a block on. The library's scan finds the candidates of a block several times faster than
   * this one could; each candidate is compared again here, and a block is scanned here when the other may have missed a row.
   */
  #scan(query: Float32Array, from: number, to: number, best: TopK, skipped: number): void {
    const end = Math.min(to, this.#rowsEnd);
    const blockRows = 1 << this.#shift;
    const scanned: { readonly start: number; readonly candidates: BlockCandidates }[] = [];
    for (let start = from; start < end; start += blockRows) {
      const rows = Math.min(blockRows, end - start);
      const wanted = skipped === absent ? rows : (this.#unindexedInBlock[start >> this.#shift] as number);
      if (wanted === 0) {
        continue;
      }
      const vectors = (this.#blocks[start >> this.#shift] as Float32Array).subarray(0, rows * this.size);
      const candidates =
        wanted * leastShareScannedNatively < rows
          ? undefined
          : nearestInBlock(this.distance, query, vectors, best.capacity, this.#greatestLength);
      if (candidates === undefined) {
        this.#scanBlock(query, start, start + rows, skipped, best);
      } else {
        for (const index of candidates.indexes) {
          this.#offer(query, start + index, skipped, best);
        }
        scanned.push({ start, candidates });
      }
    }
    for (const { start, candidates } of scanned) {
      // A row that ties with the worst may belong in its place, so that only a smaller bound is proof.
      if (!(candidates.bound < best.worst)) {
        this.#scanBlock(query, start, Math.min(end, start + blockRows), skipped, best, new Set(candidates.indexes));
      }
    }
  }

  #offer(query: Float32Array, row: number, skipped: number, best: TopK): void {
    const state = this.#states[row];
    if (state !== absent && state !== skipped) {
      best.offer(this.similarity(query, row), row);
    }
  }

  #scanBlock(query: Float32Array, start: number, end: number, skipped: number, best: TopK, offered?: ReadonlySet<number>): void {
    const kernel = this.#kernel;
    const states = this.#states;
    const block = this.#blocks[start >> this.#shift] as Float32Array;
    for (let row = start; row < end; row += 1) {
      const state = states[row];
      if (state !== absent && state !== skipped && offered?.has(row - start) !== true) {
        best.offer(kernel(query, block, (row - start) * this.size), row);
      }
    }
  }

  /** Offers the similarity of those of the given rows that have a vector. */
  scanRows(query: Float32Array, rows: Iterable<number>, best: TopK): void {
    for (const row of rows) {
      if (this.has(row)) {
        best.offer(this.similarity(query, row), row);
      }
    }
  }
}
