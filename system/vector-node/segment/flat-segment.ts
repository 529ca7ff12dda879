import type { Filter, MatchValue } from '../filter/filter.ts';
import { compileFilter } from '../filter/matcher.ts';
import type { Payload, PayloadPath } from '../points/payload-path.ts';
import { comparePointIds, type PointId } from '../points/point-id.ts';
import type { Distance } from './distance.ts';
import { type NearestRequest, nearest, rowsWhere, type ScoredRow, type SearchedRows } from './nearest.ts';
import { type IndexType, PayloadIndex } from './payload-index.ts';
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

export interface VersionedPoint {
  readonly version: number;
  readonly point: StoredPoint;
}

/** Points in memory, searched exactly: rows of columns, the rows of deleted points are used again. */
export class FlatSegment implements SearchedRows {
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
  #beforeChange: ((id: PointId) => void) | undefined;

  constructor(vectors: Readonly<Record<string, VectorSettings>>) {
    this.columns = new Map(Object.entries(vectors).map(([name, { size, distance }]) => [name, new VectorColumn(size, distance)]));
  }

  get pointCount(): number {
    return this.#rowOf.size;
  }

  get indexes(): ReadonlyMap<string, PayloadIndex> {
    return this.#indexes;
  }

  /** Ids of all points, in the order in which they came. */
  ids(): Iterable<PointId> {
    return this.#rowOf.keys();
  }

  /** A copy of a point that later writes do not change, and the operation that wrote it last. */
  copyOf(id: PointId): VersionedPoint | undefined {
    const row = this.#rowOf.get(id);
    if (row === undefined) {
      return undefined;
    }
    const present = [...this.columns].filter(([, column]) => column.has(row));
    return {
      version: this.versionOf(row),
      point: {
        id,
        vectors: new Map(present.map(([name, column]) => [name, column.get(row).slice()])),
        payload: this.payloadOf(row),
        payloadJson: this.payloadJsonOf(row),
      },
    };
  }

  /**
   * From here on `observe` is called with the id of each point just before it comes, changes or goes, until the next call. A checkpoint
   * keeps the old state of such a point: every method that changes a point must call it first.
   */
  observeChanges(observe: ((id: PointId) => void) | undefined): void {
    this.#beforeChange = observe;
  }

  get rowCount(): number {
    return this.#ids.length;
  }

  liveRows(): Iterable<number> {
    return this.#rowOf.values();
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
    this.#beforeChange?.(point.id);
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
    this.#beforeChange?.(id);
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
    return [...rowsWhere(this, filter)].map((row) => this.idOf(row));
  }

  count(filter: Filter | undefined): number {
    if (filter === undefined) {
      return this.pointCount;
    }
    let count = 0;
    for (const _row of rowsWhere(this, filter)) {
      count += 1;
    }
    return count;
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

  /** The nearest points, best first. */
  nearest(request: NearestRequest): ScoredRow[] {
    return nearest(this, request);
  }
}
