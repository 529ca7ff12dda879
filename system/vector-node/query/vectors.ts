import { notFound, notImplemented, unknownVectorName, vectorDimensionError, vectorKindError } from '../errors.ts';
import { pointIdJson } from '../points/point-id.ts';
import type { FlatSegment } from '../segment/flat-segment.ts';
import type { VectorColumn } from '../segment/vector-column.ts';
import type { SparseVector } from '../sparse/sparse-vector.ts';
import type { VectorInput } from '../wire/query-kind.ts';

/** Points whose vectors a query may name. */
export interface VectorSource {
  readonly segment: FlatSegment;
  readonly vectorName: string;
}

/** A vector as it was given or is stored. */
type ResolvedVector =
  | { readonly kind: 'dense'; readonly vector: Float32Array }
  | { readonly kind: 'sparse'; readonly vector: SparseVector };

const idText = (id: Parameters<typeof pointIdJson>[0]) => pointIdJson(id).replaceAll('"', '');

/** The vector that a query means: itself, or that of a point. */
function resolved(input: VectorInput, { segment, vectorName }: VectorSource): ResolvedVector {
  if (input.kind === 'multi') {
    throw vectorKindError('multi');
  }
  if (input.kind !== 'point') {
    return input;
  }
  const row = segment.rowOf(input.id);
  if (row === undefined) {
    throw notFound(`No point with id ${idText(input.id)} found`);
  }
  const column = segment.columns.get(vectorName);
  if (column?.has(row) === true) {
    return { kind: 'dense', vector: column.get(row).slice() };
  }
  const sparse = segment.sparseColumns.get(vectorName)?.get(row);
  if (sparse === undefined) {
    throw notFound(`Vector with name "${vectorName}" for point not found`);
  }
  return { kind: 'sparse', vector: sparse };
}

/** Refuses a vector name that the collection does not have. */
export function checkVectorName(segment: FlatSegment, name: string): void {
  if (!segment.columns.has(name) && !segment.sparseColumns.has(name)) {
    throw unknownVectorName(name);
  }
}

/** A dense vector as the column searches it, whatever way the query names it. */
export function denseVector(input: VectorInput, source: VectorSource, column: VectorColumn, vectorName: string): Float32Array {
  const { kind, vector } = resolved(input, source);
  if (kind === 'sparse') {
    throw vectorKindError('sparse');
  }
  if (vector.length !== column.size) {
    throw vectorDimensionError(column.size, vector.length, vectorName);
  }
  return column.prepared(vector.slice());
}

/** A sparse vector, whatever way the query names it. */
export function sparseVector(input: VectorInput, source: VectorSource): SparseVector {
  const found = resolved(input, source);
  if (found.kind === 'dense') {
    throw vectorKindError('sparse');
  }
  return found.vector;
}

/** The dense column of a query that compares with several vectors. */
export function denseColumn(segment: FlatSegment, vectorName: string, call: string): VectorColumn {
  checkVectorName(segment, vectorName);
  const column = segment.columns.get(vectorName);
  if (column === undefined) {
    throw notImplemented(`${call} over sparse vectors`);
  }
  return column;
}
