import {
  badRequest,
  FormatError,
  inferenceRefused,
  invalidBody,
  unknownVectorName,
  vectorDimensionError,
  vectorKindError,
} from '../errors.ts';
import { numberOf } from '../json/integral-float.ts';
import { writeJson } from '../json/write.ts';
import { isObject, type Payload } from '../points/payload-path.ts';
import { type PointId, readPointId } from '../points/point-id.ts';
import type { FlatSegment, PointVectors, StoredPoint } from '../segment/flat-segment.ts';
import { readSparseVector, type SparseVector } from '../sparse/sparse-vector.ts';
import { type UpdateMode, updateModes } from '../storage/operation.ts';
import { describeValue, expectObject } from './expect.ts';
import { isGiven } from './selection.ts';

type Columns = Pick<FlatSegment, 'columns' | 'sparseColumns'>;

/** A point as the request gives it, before it is held against a collection. */
export interface GivenPoint {
  readonly id: PointId;
  readonly vector: GivenVector;
  readonly payload: Payload;
}

/** One unnamed vector, a list of vectors (a multivector), a sparse vector, or vectors by name. */
export type GivenVector =
  | { readonly kind: 'unnamed'; readonly vector: Float32Array }
  | { readonly kind: 'multi' }
  | { readonly kind: 'sparse'; readonly vector: SparseVector }
  | { readonly kind: 'named'; readonly vectors: ReadonlyMap<string, GivenVector> };

const vectorStructError = 'data did not match any variant of untagged enum VectorStruct';

/** The floats of a list of numbers; undefined when it is none. Numbers too large for 32 bits become infinite, as in the engine. */
export function readFloats(value: unknown): Float32Array | undefined {
  if (!Array.isArray(value)) {
    return undefined;
  }
  const floats = new Float32Array(value.length);
  for (let index = 0; index < value.length; index += 1) {
    const component: unknown = value[index];
    if (typeof component === 'number') {
      floats[index] = component;
    } else {
      const number = numberOf(component);
      if (number === undefined) {
        return undefined;
      }
      floats[index] = Number(number);
    }
  }
  return floats;
}

function readVector(value: unknown, name: string, isInner = false): GivenVector {
  const vector = readFloats(value);
  if (vector !== undefined) {
    if (vector.length === 0) {
      throw invalidBody(`${name}.vector: dense vector must not be empty`);
    }
    return { kind: 'unnamed', vector };
  }
  if (Array.isArray(value) && value.every((row) => (readFloats(row)?.length ?? 0) > 0)) {
    return { kind: 'multi' };
  }
  if (!isObject(value)) {
    throw new FormatError(vectorStructError);
  }
  const sparse = readSparseVector(value, name);
  if (sparse !== undefined) {
    return { kind: 'sparse', vector: sparse };
  }
  if ('model' in value && ['text', 'image', 'object'].some((kind) => kind in value)) {
    throw inferenceRefused(value.model);
  }
  if (isInner) {
    throw new FormatError(vectorStructError);
  }
  return { kind: 'named', vectors: new Map(Object.entries(value).map(([key, inner]) => [key, readVector(inner, `${name}.?`, true)])) };
}

function readPayload(value: unknown): Payload {
  if (value === undefined || value === null) {
    return {};
  }
  if (!isObject(value)) {
    throw new FormatError(`invalid type: ${describeValue(value)}, expected a map`);
  }
  return value;
}

/** Reads a point of an update of vectors, which has no payload. */
export function readPointVectors(value: unknown, index: number): GivenPoint {
  return { ...readPoint(value, index), payload: {} };
}

function readPoint(value: unknown, index: number): GivenPoint {
  const point = expectObject(value, 'struct PointStruct');
  for (const field of ['id', 'vector']) {
    if (!(field in point)) {
      throw new FormatError(`missing field \`${field}\``);
    }
  }
  return { id: readPointId(point.id), vector: readVector(point.vector, `points[${index}].vector`), payload: readPayload(point.payload) };
}

function readList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new FormatError(`invalid type: ${describeValue(value)}, expected a sequence`);
  }
  return value;
}

function requireEqualCounts(ids: number, others: number, name: string): void {
  if (ids !== others) {
    throw invalidBody(`batch.batch: number of ids and ${name} must be equal (${ids} != ${others})`);
  }
}

function readBatch(value: unknown): GivenPoint[] {
  const batch = expectObject(value, 'struct Batch');
  for (const field of ['ids', 'vectors']) {
    if (!(field in batch)) {
      throw new FormatError(`missing field \`${field}\``);
    }
  }
  const ids = readList(batch.ids).map(readPointId);
  const payloads = batch.payloads === undefined || batch.payloads === null ? undefined : readList(batch.payloads);
  const { vectors } = batch;
  const columns = isObject(vectors) ? Object.entries(vectors).map(([name, list]) => ({ name, list: readList(list) })) : undefined;
  for (const { length } of columns?.map(({ list }) => list) ?? [readList(vectors)]) {
    requireEqualCounts(ids.length, length, 'vectors');
  }
  if (payloads !== undefined) {
    requireEqualCounts(ids.length, payloads.length, 'payloads');
  }
  const vectorOf = (index: number) =>
    columns === undefined
      ? (vectors as readonly unknown[])[index]
      : Object.fromEntries(columns.map(({ name, list }) => [name, list[index]]));
  return ids.map((id, index) => ({
    id,
    vector: readVector(vectorOf(index), `batch.vectors[${index}]`),
    payload: readPayload(payloads?.[index]),
  }));
}

/** An upsert as the request gives it. */
interface GivenUpsert {
  readonly points: readonly GivenPoint[];
  readonly mode: UpdateMode;
  /** As it was given. */
  readonly filter: unknown;
}

function readMode(value: unknown): UpdateMode {
  if (!isGiven(value)) {
    return 'upsert';
  }
  if (!updateModes.includes(value as UpdateMode)) {
    const known = updateModes.map((mode) => `\`${mode}\``).join(', ');
    throw new FormatError(`unknown variant \`${typeof value === 'string' ? value : describeValue(value)}\`, expected one of ${known}`);
  }
  return value as UpdateMode;
}

/** Reads the body of an upsert, either of its two forms. */
export function readUpsert(body: unknown): GivenUpsert {
  const request = isObject(body) ? body : {};
  const points = 'batch' in request ? readBatch(request.batch) : 'points' in request ? readList(request.points).map(readPoint) : undefined;
  if (points === undefined) {
    throw new FormatError('Invalid PointInsertOperations format');
  }
  const mode = readMode(request.update_mode);
  if (points.length === 0) {
    throw badRequest('Empty update request');
  }
  return { points, mode, filter: request.update_filter ?? undefined };
}

const namedVectors = ({ vector }: GivenPoint): ReadonlyMap<string, GivenVector> =>
  vector.kind === 'named' ? vector.vectors : new Map([['', vector]]);

/** Throws for a vector of another size than its column. The engine checks this before it numbers the operation. */
export function checkDimensions(points: readonly GivenPoint[], { columns }: Columns): void {
  for (const point of points) {
    for (const [name, given] of namedVectors(point)) {
      const column = columns.get(name);
      if (column !== undefined && given.kind === 'unnamed' && given.vector.length !== column.size) {
        throw vectorDimensionError(column.size, given.vector.length, name);
      }
    }
  }
}

/**
 * The vectors of a point as they are stored. Throws for those that do not fit the collection, which the engine finds after numbering the
 * operation; a wrong size is told without the vector's name then.
 */
export function prepareVectors(point: GivenPoint, { columns, sparseColumns }: Columns): PointVectors {
  const vectors = new Map<string, Float32Array>();
  const sparseVectors = new Map<string, SparseVector>();
  for (const [name, given] of namedVectors(point)) {
    const column = columns.get(name);
    if (column === undefined && !sparseColumns.has(name)) {
      throw unknownVectorName(name);
    }
    if (column === undefined) {
      if (given.kind !== 'sparse') {
        throw vectorKindError('sparse');
      }
      sparseVectors.set(name, given.vector);
    } else {
      if (given.kind !== 'unnamed') {
        throw vectorKindError(given.kind === 'sparse' ? 'sparse' : 'multi');
      }
      if (given.vector.length !== column.size) {
        throw vectorDimensionError(column.size, given.vector.length, '');
      }
      vectors.set(name, column.prepared(given.vector));
    }
  }
  return { id: point.id, vectors, ...(sparseVectors.size === 0 ? {} : { sparseVectors }) };
}

/** Points as they are stored; throws as {@link prepareVectors} does. */
export function preparePoints(points: readonly GivenPoint[], columns: Columns): StoredPoint[] {
  return points.map((point) => ({ ...prepareVectors(point, columns), payload: point.payload, payloadJson: writeJson(point.payload) }));
}
