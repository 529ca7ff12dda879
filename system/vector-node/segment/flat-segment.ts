import type { Filter, MatchValue } from '../filter/filter.ts';
import { compileFilter } from '../filter/matcher.ts';
import { writeJson } from '../json/write.ts';
import type { Payload, PayloadPath } from '../points/payload-path.ts';
import type { PointId } from '../points/point-id.ts';
import { type Modifier, SparseColumn } from '../sparse/sparse-column.ts';
import type { SparseVector } from '../sparse/sparse-vector.ts';
import type { Distance } from './distance.ts';
import { type NearestRequest, nearest, rowsWhere, type ScoredRow, type SearchedRows } from './nearest.ts';
import { type IndexType, PayloadIndex } from './payload-index.ts';
import { RowOrder } from './row-order.ts';
import { VectorColumn } from './vector-column.ts';

export interface VectorSettings {
  readonly size: number;
  readonly distance: Distance;
}

export interface SparseSettings {
  readonly modifier: Modifier;
}

/** A point as it is stored; a vector that is absent was not given. */
export interface StoredPoint {
  readonly id: PointId;
  /** By vector name; the unnamed vector is ''. Already prepared by the column. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
  /** By vector name; absent when there is none. */
  readonly sparseVectors?: ReadonlyMap<string, SparseVector>;
  readonly payload: Payload;
  /** The payload's JSON text, kept so that answers need not write it again. */
  readonly payloadJson: string;
}

/** Vectors of a point to be written in place of those it has under the same names. */
export type PointVectors = Pick<StoredPoint, 'id' | 'vectors' | 'sparseVectors'>;

export interface VersionedPoint {
  readonly version: number;
  readonly point: StoredPoint;
}

/** Points in memory, searched exactly: rows of columns, the rows of deleted points are used again. */
export class FlatSegment implements SearchedRows {
  readonly columns: ReadonlyMap<string, VectorColumn>;
  readonly sparseColumns: ReadonlyMap<string, SparseColumn>;
  readonly #rowOf = new Map<PointId, number>();
  readonly #ids: (PointId | undefined)[] = [];
  readonly #versions: number[] = [];
  readonly #payloads: Payload[] = [];
  readonly #payloadTexts: string[] = [];
  readonly #freeRows: number[] = [];
  readonly #indexes = new Map<string, PayloadIndex>();
  readonly #order = new RowOrder(this.#rowOf);
  #beforeChange: ((id: PointId) => void) | undefined;

  constructor(vectors: Readonly<Record<string, VectorSettings>>, sparse: Readonly<Record<string, SparseSettings>> = {}) {
    this.sparseColumns = new Map(Object.entries(sparse).map(([name, { modifier }]) => [name, new SparseColumn(modifier)]));
    this.columns = new Map(Object.entries(vectors).map(([name, { size, distance }]) => [name, new VectorColumn(size, distance)]));
  }

  get pointCount(): number {
    return this.#rowOf.size;
  }

  get indexes(): ReadonlyMap<string, PayloadIndex> {
    return this.#indexes;
  }

  /** The id of each row, undefined where a row has no point; a copy that later writes do not change. */
  idsByRow(): (PointId | undefined)[] {
    return this.#ids.slice();
  }

  /** A copy of a point that later writes do not change, and the operation that wrote it last. */
  copyOf(id: PointId): VersionedPoint | undefined {
    const stored = this.stored(id);
    if (stored === undefined) {
      return undefined;
    }
    const { version, point } = stored;
    return { version, point: { ...point, vectors: new Map([...point.vectors].map(([name, vector]) => [name, vector.slice()])) } };
  }

  /** A point and the operation that wrote it last; its vectors are where the columns have them, valid until the next write. */
  stored(id: PointId): VersionedPoint | undefined {
    const row = this.#rowOf.get(id);
    if (row === undefined) {
      return undefined;
    }
    const present = [...this.columns].filter(([, column]) => column.has(row));
    const sparse = this.sparseVectorsOf(row);
    return {
      version: this.versionOf(row),
      point: {
        id,
        vectors: new Map(present.map(([name, column]) => [name, column.get(row)])),
        ...(sparse.size === 0 ? {} : { sparseVectors: sparse }),
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

  /** The sparse vectors of a row by name; they are never changed, only replaced. */
  sparseVectorsOf(row: number): Map<string, SparseVector> {
    const vectors = new Map<string, SparseVector>();
    for (const [name, column] of this.sparseColumns) {
      const vector = column.get(row);
      if (vector !== undefined) {
        vectors.set(name, vector);
      }
    }
    return vectors;
  }

  hasVector(row: number, vectorName: string): boolean {
    return (this.columns.get(vectorName) ?? this.sparseColumns.get(vectorName))?.has(row) ?? false;
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
      this.#order.forget();
    } else {
      this.#unindex(row);
    }
    this.#versions[row] = version;
    this.#payloads[row] = point.payload;
    this.#payloadTexts[row] = point.payloadJson;
    for (const [name, column] of this.columns) {
      if (!point.vectors.has(name)) {
        column.delete(row);
      }
    }
    for (const [name, column] of this.sparseColumns) {
      if (point.sparseVectors?.has(name) !== true) {
        column.delete(row);
      }
    }
    this.#setVectors(row, point);
    for (const index of this.#indexes.values()) {
      index.add(row, point.payload);
    }
  }

  #setVectors(row: number, { vectors, sparseVectors }: PointVectors): void {
    for (const [name, vector] of vectors) {
      this.columns.get(name)?.set(row, vector);
    }
    for (const [name, vector] of sparseVectors ?? []) {
      this.sparseColumns.get(name)?.set(row, vector);
    }
  }

  /** The row of a point that is about to change, with its new version; undefined when it is not there. */
  #changedRow(id: PointId, version: number): number | undefined {
    const row = this.#rowOf.get(id);
    if (row !== undefined) {
      this.#beforeChange?.(id);
      this.#versions[row] = version;
    }
    return row;
  }

  /** Replaces some of a point's vectors; false when it is not there. */
  updateVectors(point: PointVectors, version: number): boolean {
    const row = this.#changedRow(point.id, version);
    if (row !== undefined) {
      this.#setVectors(row, point);
    }
    return row !== undefined;
  }

  /** Takes vectors away from a point; false when it is not there. */
  deleteVectors(id: PointId, names: readonly string[], version: number): boolean {
    const row = this.#changedRow(id, version);
    if (row !== undefined) {
      for (const name of names) {
        this.columns.get(name)?.delete(row);
        this.sparseColumns.get(name)?.retire(row);
      }
    }
    return row !== undefined;
  }

  /** Deleted sparse vectors stop counting in the weights of terms, as after a start. */
  forgetRetiredVectors(): void {
    for (const column of this.sparseColumns.values()) {
      column.forgetRetired();
    }
  }

  /** Replaces a point's payload by what `change` makes of it; false when the point is not there. */
  changePayload(id: PointId, change: (payload: Payload) => Payload, version: number): boolean {
    const row = this.#changedRow(id, version);
    if (row !== undefined) {
      this.#unindex(row);
      const payload = change(this.payloadOf(row));
      this.#payloads[row] = payload;
      this.#payloadTexts[row] = writeJson(payload);
      for (const index of this.#indexes.values()) {
        index.add(row, payload);
      }
    }
    return row !== undefined;
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
    for (const column of this.sparseColumns.values()) {
      column.retire(row);
    }
    this.#rowOf.delete(id);
    this.#ids[row] = undefined;
    this.#payloads[row] = {};
    this.#payloadTexts[row] = '{}';
    this.#freeRows.push(row);
    this.#order.forget();
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
    const matches = filter === undefined ? undefined : compileFilter(filter, this);
    const found: number[] = [];
    for (const row of this.#order.from(from)) {
      if (found.length >= limit) {
        break;
      }
      if (matches === undefined || matches(this.payloadOf(row), row)) {
        found.push(row);
      }
    }
    return found;
  }

  /** The nearest points, best first. */
  nearest(request: NearestRequest): ScoredRow[] {
    return nearest(this, request);
  }
}
