import type { Centroids } from '../../policies/sharding/policy.ts';
import type { Tenure } from './tenure.ts';

/** What has been decided for a collection as a whole. */
export interface PlacementState {
  /** Every change of the log up to this one has its place. */
  readonly placedSequence: number;
  /** Document numbers given so far. */
  readonly documents: number;
  /** Documents that live on each shard; a deleted document whose number keeps its place still counts. */
  readonly pointsPerShard: readonly number[];
  readonly centroids: Centroids | undefined;
}

/** A document gets a place, or loses it. */
export interface NewTenure extends Tenure {
  readonly pointId: string;
  /** Undefined where places do not follow from numbers. */
  readonly documentNumber: number | undefined;
}

/** Where the documents of a collection are and were. Written by one applier at a time. */
export interface LocationTable {
  /** Undefined when nothing was placed yet. */
  readState(): Promise<PlacementState | undefined>;
  /** Tenures by point id, ascending; ids that were never placed are left out. */
  readTenures(pointIds: readonly string[]): Promise<Map<string, Tenure[]>>;
  /** All or nothing, and durable when it resolves. */
  record(tenures: readonly NewTenure[], state: PlacementState): Promise<void>;
}
