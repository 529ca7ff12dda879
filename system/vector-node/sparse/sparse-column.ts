import { TopK } from '../segment/top-k.ts';
import { PostingList } from './posting-list.ts';
import type { SparseVector } from './sparse-vector.ts';

/** `idf`: a term weighs the more the fewer points have it. */
export type Modifier = 'none' | 'idf';

/** Says which rows may be part of an answer. */
export type RowFilter = (row: number) => boolean;

/** Retired vectors are forgotten when they are this many and this part of all, as the engine's optimiser does by default. */
const leastForgotten = 1000;
const forgottenRatio = 0.2;

/**
 * All sparse vectors of one name: an inverted index, and the vectors themselves to give back. As in the engine, what is deleted goes on to
 * count in the weights of terms until so much was deleted that the index is cleaned; what is replaced does not.
 */
export class SparseColumn {
  readonly modifier: Modifier;
  readonly #vectors: (SparseVector | undefined)[] = [];
  readonly #postings = new Map<number, PostingList>();
  #count = 0;
  #nonEmptyCount = 0;
  /** Vectors that were deleted and still count, and how many of them have each dimension. */
  #retiredCount = 0;
  readonly #retired = new Map<number, number>();
  /** Score of each row of the search that runs, and the number of the search that wrote it. */
  #scores = new Float64Array(0);
  #writtenBy = new Uint32Array(0);
  /** Rows of the search that runs. One list for all searches: common words touch most rows, and a fresh list each time is garbage by the megabyte. */
  #touched = new Uint32Array(0);
  #search = 0;

  constructor(modifier: Modifier) {
    this.modifier = modifier;
  }

  /** Rows that have a vector, an empty one included. */
  get count(): number {
    return this.#count;
  }

  has(row: number): boolean {
    return this.#vectors[row] !== undefined;
  }

  get(row: number): SparseVector | undefined {
    return this.#vectors[row];
  }

  set(row: number, vector: SparseVector): void {
    this.delete(row);
    this.#vectors[row] = vector;
    this.#count += 1;
    this.#nonEmptyCount += vector.indices.length > 0 ? 1 : 0;
    for (let position = 0; position < vector.indices.length; position += 1) {
      const dimension = vector.indices[position] as number;
      let posting = this.#postings.get(dimension);
      if (posting === undefined) {
        posting = new PostingList();
        this.#postings.set(dimension, posting);
      }
      posting.add(row, vector.values[position] as number);
    }
  }

  delete(row: number): void {
    const vector = this.#vectors[row];
    if (vector === undefined) {
      return;
    }
    this.#vectors[row] = undefined;
    this.#count -= 1;
    this.#nonEmptyCount -= vector.indices.length > 0 ? 1 : 0;
    for (const dimension of vector.indices) {
      const posting = this.#postings.get(dimension);
      posting?.remove(row);
      if (posting?.length === 0) {
        this.#postings.delete(dimension);
      }
    }
  }

  /** Deletes a vector for good: it is found no more, and still counts in the weights of its terms until {@link forgetRetired}. */
  retire(row: number): void {
    const { indices } = this.#vectors[row] ?? {};
    this.delete(row);
    if (this.modifier !== 'idf' || indices === undefined || indices.length === 0) {
      return;
    }
    this.#retiredCount += 1;
    for (const dimension of indices) {
      this.#retired.set(dimension, (this.#retired.get(dimension) ?? 0) + 1);
    }
    if (this.#retiredCount >= leastForgotten && this.#retiredCount > forgottenRatio * (this.#nonEmptyCount + this.#retiredCount)) {
      this.forgetRetired();
    }
  }

  /** From here on only the vectors that are there count. */
  forgetRetired(): void {
    this.#retiredCount = 0;
    this.#retired.clear();
  }

  /** ln(1 + (N − n + 0.5) / (n + 0.5)) of N points with a non-empty vector, n of them with the term; retired ones are among both. */
  #weightOf(dimension: number, posting: PostingList): number {
    if (this.modifier === 'none') {
      return 1;
    }
    const having = posting.length + (this.#retired.get(dimension) ?? 0);
    return Math.log(1 + (this.#nonEmptyCount + this.#retiredCount - having + 0.5) / (having + 0.5));
  }

  /** The rows that share a dimension with the query and pass, best dot product first, at most `limit`. */
  nearest(query: SparseVector, limit: number, passes: RowFilter | undefined): { row: number; score: number }[] {
    this.#begin();
    const { indices, values } = query;
    const touched = this.#touched;
    let touchedCount = 0;
    for (let position = 0; position < indices.length; position += 1) {
      const dimension = indices[position] as number;
      const posting = this.#postings.get(dimension);
      if (posting === undefined) {
        continue;
      }
      const weight = (values[position] as number) * this.#weightOf(dimension, posting);
      const { rows, values: components, length } = posting;
      for (let index = 0; index < length; index += 1) {
        const row = rows[index] as number;
        if (this.#writtenBy[row] !== this.#search) {
          this.#writtenBy[row] = this.#search;
          this.#scores[row] = 0;
          touched[touchedCount] = row;
          touchedCount += 1;
        }
        this.#scores[row] = (this.#scores[row] as number) + weight * (components[index] as number);
      }
    }
    const best = new TopK(Math.min(limit, Math.max(1, touchedCount)));
    for (let index = 0; index < touchedCount; index += 1) {
      const row = touched[index] as number;
      const score = this.#scores[row] as number;
      // The filter is asked about few rows, because most do not score high enough.
      if (best.wants(score, row) && (passes === undefined || passes(row))) {
        best.offer(score, row);
      }
    }
    return best.sorted().map(({ row, value }) => ({ row, score: Math.fround(value) }));
  }

  #begin(): void {
    if (this.#scores.length < this.#vectors.length) {
      const capacity = Math.max(1024, this.#vectors.length * 2);
      this.#scores = new Float64Array(capacity);
      this.#writtenBy = new Uint32Array(capacity);
      this.#touched = new Uint32Array(capacity);
      this.#search = 0;
    }
    this.#search += 1;
    if (this.#search > 0xffff_ffff) {
      this.#writtenBy.fill(0);
      this.#search = 1;
    }
  }
}
