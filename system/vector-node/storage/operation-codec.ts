import { readJson } from '../json/read.ts';
import { writeJson } from '../json/write.ts';
import type { Payload } from '../points/payload-path.ts';
import type { StoredPoint } from '../segment/flat-segment.ts';
import { type IndexType, indexTypes } from '../segment/payload-index.ts';
import { ByteReader, ByteWriter } from './byte-writer.ts';
import type { NumberedOperation, Operation } from './operation.ts';

/** The first byte of a record; numbers are never given a new meaning. */
const tags: Record<Operation['kind'], number> = { upsert: 1, deletePoints: 2, deleteWhere: 3, createIndex: 4, deleteIndex: 5 };
const kinds = new Map(Object.entries(tags).map(([kind, tag]) => [tag, kind as Operation['kind']]));

/** Writes an operation as one record of the log; vectors as the bytes of their floats. */
export function encodeOperation({ operationId, operation }: NumberedOperation): Buffer {
  const [first] = operation.kind === 'upsert' ? operation.points : [];
  const vectorBytes = [...(first?.vectors.values() ?? [])].reduce((bytes, vector) => bytes + vector.byteLength, 0);
  const pointCount = operation.kind === 'upsert' ? operation.points.length : 0;
  const writer = new ByteWriter(256 + pointCount * (vectorBytes + 2 * (first?.payloadJson.length ?? 0) + 64));
  writer.uint8(tags[operation.kind]);
  writer.uint64(operationId);
  switch (operation.kind) {
    case 'upsert':
      encodePoints(writer, operation.points);
      break;
    case 'deletePoints':
      writer.uint32(operation.ids.length);
      for (const id of operation.ids) {
        writer.pointId(id);
      }
      break;
    case 'deleteWhere':
      writer.text(writeJson(operation.filter));
      break;
    case 'createIndex':
      writer.text(operation.field);
      writer.text(operation.type);
      writer.text(writeJson(operation.params ?? null));
      break;
    case 'deleteIndex':
      writer.text(operation.field);
      break;
  }
  return writer.finish();
}

/** Vector names once, then each point with the positions of the names that it has. */
function encodePoints(writer: ByteWriter, points: readonly StoredPoint[]): void {
  const names = [...new Set(points.flatMap(({ vectors }) => [...vectors.keys()]))];
  writer.uint32(names.length);
  for (const name of names) {
    writer.text(name);
  }
  writer.uint32(points.length);
  for (const { id, vectors, payloadJson } of points) {
    writer.pointId(id);
    writer.text(payloadJson);
    writer.uint32(vectors.size);
    for (const [name, vector] of vectors) {
      writer.uint32(names.indexOf(name));
      writer.uint32(vector.length);
      writer.floats(vector);
    }
  }
}

/** Reads a record back; throws when it is not one. */
export function decodeOperation(record: Buffer): NumberedOperation {
  const reader = new ByteReader(record);
  const tag = reader.uint8();
  const kind = kinds.get(tag);
  if (kind === undefined) {
    throw new RangeError(`unknown kind of record ${tag}`);
  }
  const operationId = Number(reader.uint64());
  const operation = decodeBody(kind, reader);
  if (!reader.isAtEnd()) {
    throw new RangeError(`a record of kind ${kind} has bytes after its end`);
  }
  return { operationId, operation };
}

function decodeBody(kind: Operation['kind'], reader: ByteReader): Operation {
  switch (kind) {
    case 'upsert':
      return { kind, points: decodePoints(reader) };
    case 'deletePoints':
      return { kind, ids: Array.from({ length: reader.uint32() }, () => reader.pointId()) };
    case 'deleteWhere':
      return { kind, filter: readJson(Buffer.from(reader.text())) };
    case 'createIndex': {
      const field = reader.text();
      const type = reader.text();
      if (!indexTypes.includes(type as IndexType)) {
        throw new RangeError(`unknown type of index "${type}"`);
      }
      return { kind, field, type: type as IndexType, params: readJson(Buffer.from(reader.text())) ?? undefined };
    }
    case 'deleteIndex':
      return { kind, field: reader.text() };
  }
}

function decodePoints(reader: ByteReader): StoredPoint[] {
  const names = Array.from({ length: reader.uint32() }, () => reader.text());
  return Array.from({ length: reader.uint32() }, () => {
    const id = reader.pointId();
    const payloadJson = reader.text();
    const vectors = new Map<string, Float32Array>();
    for (let left = reader.uint32(); left > 0; left -= 1) {
      const name = names[reader.uint32()];
      if (name === undefined) {
        throw new RangeError('a point names a vector that the record does not');
      }
      vectors.set(name, reader.floats(reader.uint32()));
    }
    return { id, vectors, payloadJson, payload: readJson(Buffer.from(payloadJson)) as Payload };
  });
}
