import type { Filter } from './filter/filter.ts';
import { compileFilter } from './filter/matcher.ts';
import { readFilter } from './filter/read-filter.ts';
import { withMembers, withoutKeys } from './points/payload-edit.ts';
import { type Payload, parsePath } from './points/payload-path.ts';
import type { PointId } from './points/point-id.ts';
import type { FlatSegment, StoredPoint } from './segment/flat-segment.ts';
import type { PointOperation, PointSelector, UpdateMode } from './storage/operation.ts';

/** Filters of writes were read once before they were logged. */
const filterOf = (given: unknown): Filter | undefined => readFilter(given, { name: 'filter', allowsEmptyField: true });

function idsOf(selector: PointSelector, segment: FlatSegment): readonly PointId[] {
  if (selector.kind === 'ids') {
    return selector.ids;
  }
  const filter = filterOf(selector.filter);
  return filter === undefined ? [] : segment.idsWhere(filter);
}

/** Changes the selected points and tells the first that is not there; the others are changed all the same. */
function changeEach(ids: readonly PointId[], change: (id: PointId) => boolean): PointId | undefined {
  let missing: PointId | undefined;
  for (const id of ids) {
    if (!change(id)) {
      missing ??= id;
    }
  }
  return missing;
}

function upsertSome(segment: FlatSegment, points: readonly StoredPoint[], mode: UpdateMode, filter: unknown, version: number): void {
  const condition = filterOf(filter);
  const matches = condition === undefined ? undefined : compileFilter(condition, segment);
  for (const point of points) {
    const row = segment.rowOf(point.id);
    const isWritten =
      row === undefined
        ? mode !== 'update_only'
        : mode !== 'insert_only' && (matches === undefined || matches(segment.payloadOf(row), row));
    if (isWritten) {
      segment.upsert(point, version);
    }
  }
}

/** Applies a write to the points; returns the first point that it is about and that is not there. */
export function applyToPoints(segment: FlatSegment, operation: PointOperation, version: number): PointId | undefined {
  const changePayloads = (selector: PointSelector, change: (payload: Payload) => Payload) =>
    changeEach(idsOf(selector, segment), (id) => segment.changePayload(id, change, version));
  switch (operation.kind) {
    case 'upsert':
      for (const point of operation.points) {
        segment.upsert(point, version);
      }
      return undefined;
    case 'conditionalUpsert':
      upsertSome(segment, operation.points, operation.mode, operation.filter, version);
      return undefined;
    case 'deletePoints':
    case 'deleteWhere': {
      const selector: PointSelector =
        operation.kind === 'deletePoints' ? { kind: 'ids', ids: operation.ids } : { kind: 'filter', filter: operation.filter };
      for (const id of idsOf(selector, segment)) {
        segment.delete(id);
      }
      return undefined;
    }
    case 'setPayload': {
      const path = operation.key === undefined ? undefined : parsePath(operation.key);
      return changePayloads(operation.selector, (payload) => withMembers(payload, operation.payload, path));
    }
    case 'overwritePayload':
      return changePayloads(operation.selector, () => operation.payload);
    case 'deletePayload': {
      const paths = operation.keys.map(parsePath);
      return changePayloads(operation.selector, (payload) => withoutKeys(payload, paths));
    }
    case 'updateVectors':
      return operation.points.reduce<PointId | undefined>(
        (missing, point) => (segment.updateVectors(point, version) ? missing : (missing ?? point.id)),
        undefined,
      );
    case 'deleteVectors':
      return changeEach(idsOf(operation.selector, segment), (id) => segment.deleteVectors(id, operation.names, version));
  }
}
