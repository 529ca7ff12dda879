import type { Payload } from '../points/payload-path.ts';
import type { PointId } from '../points/point-id.ts';
import type { PointVectors, StoredPoint } from '../segment/flat-segment.ts';
import type { IndexType } from '../segment/payload-index.ts';

/** The points that a write is about. A filter is kept as the client sent it: which points it meets is known only when its turn comes. */
export type PointSelector =
  | { readonly kind: 'ids'; readonly ids: readonly PointId[] }
  | { readonly kind: 'filter'; readonly filter: unknown };

/** Which points of an upsert are written: the ones that are new, the ones that are there, or both. */
export const updateModes = ['upsert', 'insert_only', 'update_only'] as const;
export type UpdateMode = (typeof updateModes)[number];

/** A write of points. */
export type PointOperation =
  | { readonly kind: 'upsert'; readonly points: readonly StoredPoint[] }
  /** With a filter, a point that is there is replaced only when it matches. */
  | { readonly kind: 'conditionalUpsert'; readonly points: readonly StoredPoint[]; readonly mode: UpdateMode; readonly filter: unknown }
  | { readonly kind: 'deletePoints'; readonly ids: readonly PointId[] }
  | { readonly kind: 'deleteWhere'; readonly filter: unknown }
  /** Merges into the payload, below `key` where there is one. */
  | { readonly kind: 'setPayload'; readonly selector: PointSelector; readonly payload: Payload; readonly key: string | undefined }
  /** Replaces the payload; an empty one clears it. */
  | { readonly kind: 'overwritePayload'; readonly selector: PointSelector; readonly payload: Payload }
  | { readonly kind: 'deletePayload'; readonly selector: PointSelector; readonly keys: readonly string[] }
  | { readonly kind: 'updateVectors'; readonly points: readonly PointVectors[] }
  | { readonly kind: 'deleteVectors'; readonly selector: PointSelector; readonly names: readonly string[] };

type IndexOperation =
  | { readonly kind: 'createIndex'; readonly field: string; readonly type: IndexType; readonly params: unknown }
  | { readonly kind: 'deleteIndex'; readonly field: string };

/** A write as the log keeps it and the collection applies it; it was checked before, so applying cannot fail. */
export type Operation = PointOperation | IndexOperation;

export interface NumberedOperation {
  /** Counts the writes of a collection from 1; it is the version of the points that the operation writes. */
  readonly operationId: number;
  readonly operation: Operation;
}
