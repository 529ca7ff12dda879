import type { Collection } from '../collection.ts';
import type { PointId } from '../points/point-id.ts';
import type { StoredPoint, VersionedPoint } from '../segment/flat-segment.ts';
import { type CheckpointDescription, checkpointFormat } from './checkpoint-file.ts';
import { encodeOperation } from './operation-codec.ts';

/** A frame is about this long: few frames, and no long pause for whoever waits in the event loop. */
const sliceBytes = 512 * 1024;
const slicePoints = 512;

/**
 * The state of a collection at the instant of construction, read out in slices while writes go on. A point that is about to change and
 * was not read yet is copied first; everything else is read from where it is.
 */
export class FrozenCollection {
  readonly description: CheckpointDescription;
  readonly #collection: Collection;
  readonly #ids: readonly (PointId | undefined)[];
  readonly #frozenOperationId: number;
  /** What changed since, as it was; by id. */
  readonly #before = new Map<PointId, VersionedPoint>();
  readonly #indexes: readonly Buffer[];
  #row = 0;

  /** @param nextFrame the number of the first frame of the log that is not part of the state */
  constructor(collection: Collection, nextFrame: number) {
    const { segment, lastOperationId } = collection;
    this.#collection = collection;
    this.#ids = segment.idsByRow();
    this.#frozenOperationId = collection.appliedOperationId;
    this.description = {
      ...checkpointFormat,
      collection: collection.name,
      config: collection.config,
      lastOperationId,
      nextFrame,
      points: segment.pointCount,
    };
    this.#indexes = [...collection.declaredIndexes].map(([field, { type, params }]) =>
      encodeOperation({ operationId: this.#frozenOperationId, operation: { kind: 'createIndex', field, type, params } }),
    );
    segment.observeChanges((id) => this.#keep(id));
  }

  /** Keeps a point that is about to change. One that came after the freeze sits in a row that had no or another id then. */
  #keep(id: PointId): void {
    const { segment } = this.#collection;
    const row = segment.rowOf(id);
    if (row === undefined || row < this.#row || this.#ids[row] !== id || this.#before.has(id)) {
      return;
    }
    const copy = segment.copyOf(id);
    if (copy !== undefined) {
      this.#before.set(id, copy);
    }
  }

  /** Ordinary operations that build the state in an empty collection, a frame's worth at a time; writes may happen in between. */
  *slices(): Generator<readonly Buffer[]> {
    if (this.#indexes.length > 0) {
      yield this.#indexes;
    }
    while (this.#row < this.#ids.length) {
      const records = this.#nextPoints();
      if (records.length > 0) {
        yield records;
      }
    }
  }

  #nextPoints(): Buffer[] {
    const records: Buffer[] = [];
    let version = -1;
    let points: StoredPoint[] = [];
    let bytes = 0;
    let count = 0;
    const flush = () => {
      if (points.length > 0) {
        const record = encodeOperation({ operationId: version, operation: { kind: 'upsert', points } });
        bytes += record.length;
        records.push(record);
        points = [];
      }
    };
    for (; this.#row < this.#ids.length && count < slicePoints && bytes < sliceBytes; this.#row += 1) {
      const id = this.#ids[this.#row];
      if (id === undefined) {
        continue;
      }
      const frozen = this.#take(id);
      if (frozen.version !== version || points.length >= 64) {
        flush();
        version = frozen.version;
      }
      points.push(frozen.point);
      count += 1;
    }
    flush();
    return records;
  }

  /** A point as it was frozen, valid until the next write. */
  #take(id: PointId): VersionedPoint {
    const kept = this.#before.get(id);
    if (kept !== undefined) {
      this.#before.delete(id);
      return kept;
    }
    const { segment, name } = this.#collection;
    const row = segment.rowOf(id);
    const current = row === this.#row ? segment.stored(id) : undefined;
    if (current === undefined || current.version > this.#frozenOperationId) {
      throw new Error(`point ${id} of collection ${name} changed without notice while its state was read out`);
    }
    return current;
  }

  /** Ends the watching of changes. */
  release(): void {
    this.#collection.segment.observeChanges(undefined);
    this.#before.clear();
  }
}
