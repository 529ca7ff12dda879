import { badRequest, FormatError, invalidBody, VectorNodeError } from '../errors.ts';
import { readFilter } from '../filter/read-filter.ts';
import { isObject, type Payload, parsePath } from '../points/payload-path.ts';
import { readPointId } from '../points/point-id.ts';
import type { PointSelector, UpdateMode } from '../storage/operation.ts';
import { describeValue, expectObject, expectString } from './expect.ts';
import { type GivenPoint, readPointVectors, readUpsert } from './points-request.ts';
import { isGiven, readShardKey, refuseMembers } from './selection.ts';

/** A request to change points, as it is before it is held against a collection. */
export type Update = UpdateKind & { readonly shardKey: string | undefined };

type UpdateKind =
  | { readonly kind: 'upsert'; readonly points: readonly GivenPoint[]; readonly mode: UpdateMode; readonly filter: unknown }
  | { readonly kind: 'delete'; readonly selector: PointSelector }
  | { readonly kind: 'setPayload'; readonly selector: PointSelector; readonly payload: Payload; readonly key: string | undefined }
  | { readonly kind: 'overwritePayload'; readonly selector: PointSelector; readonly payload: Payload }
  | { readonly kind: 'deletePayload'; readonly selector: PointSelector; readonly keys: readonly string[] }
  | { readonly kind: 'updateVectors'; readonly points: readonly GivenPoint[] }
  /** Both selectors of one request are carried out, the filter first. */
  | { readonly kind: 'deleteVectors'; readonly selectors: readonly PointSelector[]; readonly names: readonly string[] };

/** Checks a filter and keeps it as it was given. */
function checkedFilter(filter: unknown): unknown {
  readFilter(filter, { name: 'filter', allowsEmptyField: true });
  return filter;
}

function readIds(value: unknown): PointSelector {
  if (!Array.isArray(value)) {
    throw new FormatError(`invalid type: ${describeValue(value)}, expected a sequence`);
  }
  return { kind: 'ids', ids: value.map(readPointId) };
}

function requirePoints(selector: PointSelector): PointSelector {
  if (selector.kind === 'ids' && selector.ids.length === 0) {
    throw badRequest('Empty update request');
  }
  return selector;
}

/** The points of a change of payloads: ids come before a filter. */
function readSelector(request: Payload): PointSelector {
  const selector = isGiven(request.points)
    ? readIds(request.points)
    : isGiven(request.filter)
      ? ({ kind: 'filter', filter: checkedFilter(request.filter) } as const)
      : undefined;
  if (selector === undefined) {
    // The engine has read the body whole by then and names no place in it.
    throw new VectorNodeError(400, 'Format error in JSON body: Either list of point ids or filter must be provided');
  }
  return requirePoints(selector);
}

/** Ids or a filter, nothing else. The engine tries the forms one after the other and names none of their errors. */
function readEitherSelector(body: unknown): PointSelector {
  const request = isObject(body) ? body : {};
  try {
    if (Array.isArray(request.points)) {
      return readIds(request.points);
    }
    if (isObject(request.filter)) {
      return { kind: 'filter', filter: checkedFilter(request.filter) };
    }
  } catch (error) {
    if (!(error instanceof FormatError)) {
      throw error;
    }
  }
  throw new FormatError('data did not match any variant of untagged enum PointsSelector');
}

function readPayload(request: Payload): Payload {
  if (!('payload' in request)) {
    throw new FormatError('missing field `payload`');
  }
  return expectObject(request.payload, 'a map');
}

function readKeys(request: Payload): string[] {
  if (!('keys' in request)) {
    throw new FormatError('missing field `keys`');
  }
  if (!Array.isArray(request.keys)) {
    throw new FormatError(`invalid type: ${describeValue(request.keys)}, expected a sequence`);
  }
  return request.keys.map((key) => parsePath(expectString(key)).text);
}

const withShardKey = (body: unknown, update: UpdateKind): Update => ({
  ...update,
  shardKey: isObject(body) ? readShardKey(body) : undefined,
});

export const readUpsertUpdate = (body: unknown): Update => {
  const { points, mode, filter } = readUpsert(body);
  return withShardKey(body, { kind: 'upsert', points, mode, filter: checkedFilter(filter) });
};

export const readDelete = (body: unknown): Update =>
  withShardKey(body, { kind: 'delete', selector: requirePoints(readEitherSelector(body)) });

export const readSetPayload = (body: unknown): Update => {
  const request = expectObject(body, 'struct SetPayload');
  const payload = readPayload(request);
  const key = isGiven(request.key) ? parsePath(expectString(request.key)).text : undefined;
  return withShardKey(body, { kind: 'setPayload', payload, key, selector: readSelector(request) });
};

/** The same body as setting; a key changes nothing, because the payload is replaced whole. */
export const readOverwritePayload = (body: unknown): Update => {
  const request = expectObject(body, 'struct SetPayload');
  const payload = readPayload(request);
  refuseMembers(request, ['key'], 'overwriting a payload');
  return withShardKey(body, { kind: 'overwritePayload', payload, selector: readSelector(request) });
};

export const readDeletePayload = (body: unknown): Update => {
  const request = expectObject(body, 'struct DeletePayload');
  return withShardKey(body, { kind: 'deletePayload', keys: readKeys(request), selector: readSelector(request) });
};

export const readClearPayload = (body: unknown): Update =>
  withShardKey(body, { kind: 'overwritePayload', payload: {}, selector: requirePoints(readEitherSelector(body)) });

export const readUpdateVectors = (body: unknown): Update => {
  const request = expectObject(body, 'struct UpdateVectors');
  refuseMembers(request, ['update_filter'], 'an update of vectors');
  if (!Array.isArray(request.points)) {
    throw new FormatError(
      'points' in request ? `invalid type: ${describeValue(request.points)}, expected a sequence` : 'missing field `points`',
    );
  }
  if (request.points.length === 0) {
    throw invalidBody('points: must specify points to update');
  }
  return withShardKey(body, { kind: 'updateVectors', points: request.points.map(readPointVectors) });
};

export const readDeleteVectors = (body: unknown): Update => {
  const request = expectObject(body, 'struct DeleteVectors');
  const names = request.vector ?? request.vectors;
  if (!Array.isArray(names)) {
    throw new FormatError('missing field `vector`');
  }
  if (names.length === 0) {
    throw invalidBody('vector: must specify vector names to delete');
  }
  const selectors: PointSelector[] = [
    ...(isGiven(request.filter) ? [{ kind: 'filter', filter: checkedFilter(request.filter) } as const] : []),
    ...(isGiven(request.points) ? [readIds(request.points)] : []),
  ];
  if (selectors.length === 0) {
    throw badRequest('No filter or points provided');
  }
  return withShardKey(body, { kind: 'deleteVectors', selectors, names: names.map((name) => expectString(name)) });
};

const readers: Readonly<Record<string, (body: unknown) => Update>> = {
  upsert: readUpsertUpdate,
  delete: readDelete,
  set_payload: readSetPayload,
  overwrite_payload: readOverwritePayload,
  delete_payload: readDeletePayload,
  clear_payload: readClearPayload,
  update_vectors: readUpdateVectors,
  delete_vectors: readDeleteVectors,
};

function readBatchOperation(operation: unknown, index: number): Update {
  const [kind, ...others] = isObject(operation) ? Object.keys(operation) : [];
  const read = kind === undefined || others.length > 0 ? undefined : readers[kind];
  try {
    if (read !== undefined && kind !== undefined) {
      return read((operation as Payload)[kind]);
    }
  } catch (error) {
    if (!(error instanceof FormatError)) {
      throw error;
    }
  }
  throw new FormatError('data did not match any variant of untagged enum UpdateOperation', { kind: 'enum', path: ['operations', index] });
}

/** Reads several changes that are to be made one after the other. */
export function readBatch(body: unknown): Update[] {
  const { operations } = expectObject(body, 'struct UpdateOperations');
  if (!isGiven(operations)) {
    throw new FormatError('missing field `operations`');
  }
  if (!Array.isArray(operations)) {
    throw new FormatError(`invalid type: ${describeValue(operations)}, expected a sequence`);
  }
  return operations.map(readBatchOperation);
}
