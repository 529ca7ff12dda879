import { readJson } from '../json/read.ts';
import { writeJson } from '../json/write.ts';
import type { Payload } from '../points/payload-path.ts';
import type { StoredPoint } from '../segment/flat-segment.ts';
import { type IndexType, indexTypes } from '../segment/payload-index.ts';
import { ByteReader, ByteWriter } from './byte-writer.ts';
import type { NumberedOperation, Operation, PointSelector, UpdateMode } from './operation.ts';
import { updateModes } from './operation.ts';
import { decodePoints, encodePoints, hasSparse, pointBytes } from './points-codec.ts';

/** The first byte of a record; numbers are never given a new meaning. */
const tags = {
  upsert: 1,
  deletePoints: 2,
  deleteWhere: 3,
  createIndex: 4,
  deleteIndex: 5,
  /** An upsert in which a point has a sparse vector. */
  sparseUpsert: 6,
  conditionalUpsert: 7,
  setPayload: 8,
  overwritePayload: 9,
  deletePayload: 10,
  updateVectors: 11,
  deleteVectors: 12,
} as const satisfies Record<Operation['kind'] | 'sparseUpsert', number>;
type Tag = keyof typeof tags;
const kinds = new Map(Object.entries(tags).map(([kind, tag]) => [tag as number, kind as Tag]));

function tagOf(operation: Operation): Tag {
  return operation.kind === 'upsert' && hasSparse(operation.points) ? 'sparseUpsert' : operation.kind;
}

/** Writes an operation as one record of the log; vectors as the bytes of their components. */
export function encodeOperation({ operationId, operation }: NumberedOperation): Buffer {
  const writer = new ByteWriter(256 + ('points' in operation ? pointBytes(operation.points) : 0));
  writer.uint8(tags[tagOf(operation)]);
  writer.uint64(operationId);
  encodeBody(operation, writer);
  return writer.finish();
}

function encodeBody(operation: Operation, writer: ByteWriter): void {
  switch (operation.kind) {
    case 'upsert':
      encodePoints(writer, operation.points, hasSparse(operation.points));
      break;
    case 'conditionalUpsert':
      writer.text(operation.mode);
      writer.text(writeJson(operation.filter ?? null));
      encodePoints(writer, operation.points, true);
      break;
    case 'deletePoints':
      encodeSelector(writer, { kind: 'ids', ids: operation.ids });
      break;
    case 'deleteWhere':
      writer.text(writeJson(operation.filter));
      break;
    case 'setPayload':
      writer.text(writeJson({ payload: operation.payload, key: operation.key ?? null }));
      encodeTaggedSelector(writer, operation.selector);
      break;
    case 'overwritePayload':
      writer.text(writeJson(operation.payload));
      encodeTaggedSelector(writer, operation.selector);
      break;
    case 'deletePayload':
      writer.text(writeJson(operation.keys));
      encodeTaggedSelector(writer, operation.selector);
      break;
    case 'updateVectors':
      encodePoints(
        writer,
        operation.points.map((point) => ({ ...point, payloadJson: '' })),
        true,
      );
      break;
    case 'deleteVectors':
      writer.text(writeJson(operation.names));
      encodeTaggedSelector(writer, operation.selector);
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
}

function encodeSelector(writer: ByteWriter, selector: PointSelector): void {
  if (selector.kind === 'filter') {
    writer.text(writeJson(selector.filter));
    return;
  }
  writer.uint32(selector.ids.length);
  for (const id of selector.ids) {
    writer.pointId(id);
  }
}

function encodeTaggedSelector(writer: ByteWriter, selector: PointSelector): void {
  writer.uint8(selector.kind === 'ids' ? 0 : 1);
  encodeSelector(writer, selector);
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

const jsonOf = (reader: ByteReader): unknown => readJson(Buffer.from(reader.text()));

function decodeBody(kind: Tag, reader: ByteReader): Operation {
  switch (kind) {
    case 'upsert':
      return { kind, points: decodeStored(reader, false) };
    case 'sparseUpsert':
      return { kind: 'upsert', points: decodeStored(reader, true) };
    case 'conditionalUpsert': {
      const mode = oneOf(reader.text(), updateModes);
      const filter = jsonOf(reader) ?? undefined;
      return { kind, mode: mode satisfies UpdateMode, filter, points: decodeStored(reader, true) };
    }
    case 'deletePoints':
      return { kind, ids: decodeIds(reader) };
    case 'deleteWhere':
      return { kind, filter: jsonOf(reader) };
    case 'setPayload': {
      const { payload, key } = jsonOf(reader) as { payload: Payload; key: string | null };
      return { kind, payload, key: key ?? undefined, selector: decodeTaggedSelector(reader) };
    }
    case 'overwritePayload':
      return { kind, payload: jsonOf(reader) as Payload, selector: decodeTaggedSelector(reader) };
    case 'deletePayload':
      return { kind, keys: jsonOf(reader) as string[], selector: decodeTaggedSelector(reader) };
    case 'updateVectors':
      return { kind, points: decodePoints(reader, true).map(({ payloadJson: _none, ...vectors }) => vectors) };
    case 'deleteVectors':
      return { kind, names: jsonOf(reader) as string[], selector: decodeTaggedSelector(reader) };
    case 'createIndex': {
      const field = reader.text();
      const type: IndexType = oneOf(reader.text(), indexTypes);
      return { kind, field, type, params: jsonOf(reader) ?? undefined };
    }
    case 'deleteIndex':
      return { kind, field: reader.text() };
  }
}

function oneOf<T extends string>(text: string, known: readonly T[]): T {
  if (!known.includes(text as T)) {
    throw new RangeError(`"${text}" is none of ${known.join(', ')}`);
  }
  return text as T;
}

const decodeIds = (reader: ByteReader) => Array.from({ length: reader.uint32() }, () => reader.pointId());

function decodeTaggedSelector(reader: ByteReader): PointSelector {
  return reader.uint8() === 0 ? { kind: 'ids', ids: decodeIds(reader) } : { kind: 'filter', filter: jsonOf(reader) };
}

function decodeStored(reader: ByteReader, withSparse: boolean): StoredPoint[] {
  return decodePoints(reader, withSparse).map((point) => ({ ...point, payload: readJson(Buffer.from(point.payloadJson)) as Payload }));
}
