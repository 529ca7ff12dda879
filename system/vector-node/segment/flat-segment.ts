import type { Filter, MatchValue } from '../filter/filter.ts';
import { compileFilter, type Matches, type PointSource } from '../filter/matcher.ts';
import type { Payload, PayloadPath } from '../points/payload-path.ts';
import { comparePointIds, type PointId } from '../points/point-id.ts';
import { planCandidates } from './candidates.ts';
import { type Distance, metrics } from './distance.ts';
import { type IndexType, PayloadIndex } from './payload-index.ts';
import { TopK } from './top-k.ts';
import { VectorColumn } from './vector-column.ts';

export interface VectorSettings {
  readonly size: number;
  readonly distance: Distance;
}

/** A point as it is stored; a vector that is absent was not given. */
export interface StoredPoint {
  readonly id: PointId;
  /** By vector name; the unnamed vector is ''. Already prepared by the column. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
  readonly payload: Payload;
  /** The payload's JSON text, kept so that answers need not write it again. */
  readonly payloadJson: string;
}

export interface NearestRequest {
  readonly vectorName: string;
  /** Prepared by the column. */
  readonly vector: Float32Array;
  readonly limit: number;
  readonly filter: Filter | undefined;
  readonly scoreThreshold: number | undefined;
  /** A point that is not part of the answer, such as the one searched from. */
  readonly without: PointId | undefined;
}

interface Plan {
  readonly rows: Iterable<number>;
  readonly matches: Matches | undefined;
}

export interface ScoredRow {
  readonly row: number;
  readonly score: number;
}

/** Points in memory, searched exactly: rows of columns, the rows of deleted points are used again. */
export class FlatSegment implements PointSource {
  readonly columns: ReadonlyMap<string, VectorColumn>;
  readonly #rowOf = new Map<PointId, number>();
  readonly #ids: (PointId | undefined)[] = [];
  readonly #versions: number[] = [];
  readonly #payloads: Payload[] = [];
  readonly #payloadTexts: string[] = [];
  readonly #freeRows: number[] = [];
  readonly #indexes = new Map<string, PayloadIndex>();
  /** All rows in the order of their ids; undefined after a point came or went. */
  #orderedRows: number[] | undefined = [];

  constructor(vectors: Readonly<Record<string, VectorSettings>>) {
    this.columns = new Map(Object.entries(vectors).map(([name, { size, distance }]) => [name, new VectorColumn(size, distance)]));
  }

  get pointCount(): number {
    return this.#rowOf.size;
  }

  get indexes(): ReadonlyMap<string, PayloadIndex> {
    return this.#indexes;
  }

  rowOf(id: PointId): number | undefined {
    return this.#rowOf.get(id);
  }

  idOf(row: number): PointId {
    const id = this.#ids[row];
    if (id === undefined) {
      throw new RangeError(`row ${row} has no point`);
    }
    return id;
  }

  versionOf(row: number): number {
    return this.#versions[row] as number;
  }

  payloadOf(row: number): Payload {
    return this.#payloads[row] as Payload;
  }

  payloadJsonOf(row: number): string {
    return this.#payloadTexts[row] as string;
  }

  hasVector(row: number, vectorName: string): boolean {
    return this.columns.get(vectorName)?.has(row) ?? false;
  }

  indexedRows(path: PayloadPath, value: MatchValue): ReadonlySet<number> | undefined {
    return this.#indexes.get(path.text)?.rowsOf(value);
  }

  isTextIndexed(path: PayloadPath): boolean {
    return this.#indexes.get(path.text)?.type === 'text';
  }

  /** Inserts a point or replaces it whole. */
  upsert(point: StoredPoint, version: number): void {
    let row = this.#rowOf.get(point.id);
    if (row === undefined) {
      row = this.#freeRows.pop() ?? this.#ids.length;
      this.#rowOf.set(point.id, row);
      this.#ids[row] = point.id;
      this.#orderedRows = undefined;
    } else {
      this.#unindex(row);
    }
    this.#versions[row] = version;
    this.#payloads[row] = point.payload;
    this.#payloadTexts[row] = point.payloadJson;
    for (const [name, column] of this.columns) {
      const vector = point.vectors.get(name);
      if (vector === undefined) {
        column.delete(row);
      } else {
        column.set(row, vector);
      }
    }
    for (const index of this.#indexes.values()) {
      index.add(row, point.payload);
    }
  }

  /** Deletes a point; false when it is not there. */
  delete(id: PointId): boolean {
    const row = this.#rowOf.get(id);
    if (row === undefined) {
      return false;
    }
    this.#unindex(row);
    for (const column of this.columns.values()) {
      column.delete(row);
    }
    this.#rowOf.delete(id);
    this.#ids[row] = undefined;
    this.#payloads[row] = {};
    this.#payloadTexts[row] = '{}';
    this.#freeRows.push(row);
    this.#orderedRows = undefined;
    return true;
  }

  #unindex(row: number): void {
    for (const index of this.#indexes.values()) {
      index.remove(row, this.payloadOf(row));
    }
  }

  createIndex(path: PayloadPath, type: IndexType): void {
    const index = new PayloadIndex(path, type);
    for (const row of this.#rowOf.values()) {
      index.add(row, this.payloadOf(row));
    }
    this.#indexes.set(path.text, index);
  }

  deleteIndex(key: string): void {
    this.#indexes.delete(key);
  }

  /** Ids of all points that match. */
  idsWhere(filter: Filter): PointId[] {
    return [...this.#rowsOf(this.#plan(filter))].map((row) => this.idOf(row));
  }

  count(filter: Filter | undefined): number {
    if (filter === undefined) {
      return this.pointCount;
    }
    let count = 0;
    for (const _row of this.#rowsOf(this.#plan(filter))) {
      count += 1;
    }
    return count;
  }

  /** Candidate rows from indexes, or all, and what is still to be asked of each (undefined: nothing). */
  #plan(filter: Filter): Plan {
    const { rows, rest } = planCandidates(filter, this, (id) => this.rowOf(id));
    return { rows: rows ?? this.#rowOf.values(), matches: rest === undefined ? undefined : compileFilter(rest, this) };
  }

  #rowsOf({ rows, matches }: Plan): Iterable<number> {
    return matches === undefined ? rows : this.#filtered(rows, matches);
  }

  *#filtered(rows: Iterable<number>, matches: Matches): Generator<number> {
    for (const row of rows) {
      if (matches(this.payloadOf(row), row)) {
        yield row;
      }
    }
  }

  /** Rows in the order of their ids from `from` on, at most `limit`. */
  scroll(filter: Filter | undefined, from: PointId | undefined, limit: number): number[] {
    this.#orderedRows ??= [...this.#rowOf].sort(([left], [right]) => comparePointIds(left, right)).map(([, row]) => row);
    const ordered = this.#orderedRows;
    const matches = filter === undefined ? undefined : compileFilter(filter, this);
    const found: number[] = [];
    for (
      let index = from === undefined ? 0 : this.#firstAtOrAfter(ordered, from);
      index < ordered.length && found.length < limit;
      index += 1
    ) {
      const row = ordered[index] as number;
      if (matches === undefined || matches(this.payloadOf(row), row)) {
        found.push(row);
      }
    }
    return found;
  }

  #firstAtOrAfter(ordered: readonly number[], id: PointId): number {
    let low = 0;
    let high = ordered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comparePointIds(this.idOf(ordered[middle] as number), id) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The nearest points, best first. Every candidate is compared: the answer is exact. */
  nearest({ vectorName, vector, limit, filter, scoreThreshold, without }: NearestRequest): ScoredRow[] {
    const column = this.columns.get(vectorName);
    if (column === undefined) {
      throw new RangeError(`no vector named "${vectorName}"`);
    }
    const excluded = without === undefined ? undefined : this.rowOf(without);
    const best = new TopK(Math.min(limit + (excluded === undefined ? 0 : 1), Math.max(1, column.count)));
    if (filter === undefined) {
      column.scanAll(vector, this.#ids.length, best);
    } else {
      column.scanRows(vector, this.#rowsOf(this.#plan(filter)), best);
    }
    const { score, isBeyond } = metrics[column.distance];
    return best
      .sorted()
      .filter(({ row }) => row !== excluded)
      .slice(0, limit)
      .map(({ row, value }) => ({ row, score: score(value) }))
      .filter((found) => scoreThreshold === undefined || isBeyond(found.score, scoreThreshold));
  }
}
