import type { PointId } from '../points/point-id.ts';
import type { StoredPoint } from '../segment/flat-segment.ts';
import type { IndexType } from '../segment/payload-index.ts';

/** A write as the log keeps it and the collection applies it; it was checked before, so applying cannot fail. */
export type Operation =
  | { readonly kind: 'upsert'; readonly points: readonly StoredPoint[] }
  | { readonly kind: 'deletePoints'; readonly ids: readonly PointId[] }
  /** The filter as the client sent it: which points it meets is known only when its turn comes. */
  | { readonly kind: 'deleteWhere'; readonly filter: unknown }
  | { readonly kind: 'createIndex'; readonly field: string; readonly type: IndexType; readonly params: unknown }
  | { readonly kind: 'deleteIndex'; readonly field: string };

export interface NumberedOperation {
  /** Counts the writes of a collection from 1; it is the version of the points that the operation writes. */
  readonly operationId: number;
  readonly operation: Operation;
}
