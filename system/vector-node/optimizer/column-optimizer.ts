import type { Logger } from 'pino';
import type { BuildReply } from '../hnsw/build-messages.ts';
import { Builder } from '../hnsw/builder.ts';
import { HnswIndex } from '../hnsw/hnsw-index.ts';
import type { IndexFiles } from '../hnsw/index-files.ts';
import { isSameIndex } from '../hnsw/index-settings.ts';
import { SlotMap } from '../hnsw/slot-map.ts';
import { giveBackMemory } from '../memory.ts';
import type { PointId } from '../points/point-id.ts';
import type { VectorColumn } from '../segment/vector-column.ts';
import { ByteWriter } from '../storage/byte-writer.ts';
import type { BuildTurns } from './build-turns.ts';
import type { OptimizerSettings } from './optimizer-settings.ts';
import { restoreIndex } from './restore-index.ts';

const floatBytes = Float32Array.BYTES_PER_ELEMENT;
/** A batch takes the worker about a tenth of a second; it cannot be ended within one. */
const batchBytes = 768 * 1024;
const greatestBatchRows = 512;
/** Batches under way: one that is being added and one that waits, so that the worker never idles. */
const batchesAhead = 2;
/** A growing index is published again when it has grown by this share, so that all its copies together stay a small multiple of it. */
const publishedGrowth = 0.5;
/** A build that caught up to this share of the threshold ends; a steady trickle of writes would otherwise keep it alive. */
const caughtUpShare = 0.125;

/** Room for vectors that are longer than those of now, which would otherwise be indexed as too far away. */
const lengthMargin = 1.25;

export interface ColumnToOptimize {
  readonly column: VectorColumn;
  readonly files: IndexFiles;
  readonly settings: () => OptimizerSettings | undefined;
  readonly idOf: (row: number) => PointId;
  readonly rowOf: (id: PointId) => number | undefined;
  readonly logger: Logger;
  readonly turns: BuildTurns;
  /** Another thread to build in; for tests. */
  readonly workerFile?: URL;
}

type Work = 'extend' | 'rebuild';

/**
 * Keeps one column's HNSW index: builds it when enough vectors wait, extends it when more have come, and builds it anew when too
 * many of its slots are tombstones or its settings changed. It works in a thread beside the searches, which go on exactly.
 * See docs/adr/0008-hnsw-segments.md.
 */
export class ColumnOptimizer {
  readonly #target: ColumnToOptimize;
  #running: Promise<void> | undefined;
  #builder: Builder | undefined;
  #closed = false;
  #generation = 0;
  #error: string | undefined;
  /** After a failure the next attempt waits until so many vectors are pending. */
  #retryAtPending = 0;

  constructor(target: ColumnToOptimize) {
    this.#target = target;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Why the last build failed; undefined when it did not. */
  get error(): string | undefined {
    return this.#error;
  }

  /** Takes back the index that an earlier process left, as far as its vectors are still the same. */
  restore(): void {
    const { column, files, rowOf, logger } = this.#target;
    try {
      const restored = restoreIndex(column, files, rowOf);
      this.#generation = restored?.generation ?? 0;
      files.sweep(restored?.graph);
    } catch (error) {
      logger.warn({ err: error, file: files.manifest }, 'an index on the disk is of no use and will be built again');
      column.serve(undefined);
      files.sweep();
    }
  }

  /** Looks whether there is something to do; cheap enough to be asked after every write. */
  notify(): void {
    if (this.#running === undefined && !this.#closed && this.#work() !== undefined) {
      this.#running = this.#run().finally(() => {
        this.#running = undefined;
        // What was written while the build ended is looked at once more.
        this.notify();
      });
    }
  }

  #work(): Work | undefined {
    const settings = this.#target.settings();
    const { column } = this.#target;
    if (settings === undefined) {
      return undefined;
    }
    column.thresholds = settings.thresholds;
    if (settings.thresholds.indexingBytes === Number.POSITIVE_INFINITY) {
      return undefined;
    }
    const { serving } = column;
    if (this.#error !== undefined && column.pendingCount < this.#retryAtPending) {
      return undefined;
    }
    if (serving !== undefined) {
      const { size, liveCount } = serving.slots;
      const isWorn = size >= settings.vacuumMinVectorNumber && size - liveCount > settings.deletedThreshold * size;
      const isOutgrown = column.distance === 'Dot' && column.greatestLength > serving.index.encoding.lengthBound;
      if (isWorn || isOutgrown || !isSameIndex(serving.index.settings, settings.index)) {
        return 'rebuild';
      }
    }
    return column.isIndexingDue ? (serving === undefined ? 'rebuild' : 'extend') : undefined;
  }

  async #run(): Promise<void> {
    const { column, logger, turns } = this.#target;
    try {
      await turns.take(async () => {
        const work = this.#work();
        if (work !== undefined && !this.#closed) {
          await this.#build(work);
          this.#error = undefined;
        }
      });
    } catch (error) {
      if (!this.#closed) {
        this.#error = `the index could not be built: ${error instanceof Error ? error.message : String(error)}`;
        this.#retryAtPending = column.pendingCount + Math.ceil(column.thresholds.indexingBytes / (column.size * floatBytes));
        logger.error({ err: error }, 'building an index failed; searches go on without it');
      }
    } finally {
      column.endBuild();
      await this.#builder?.close();
      this.#builder = undefined;
    }
    giveBackMemory();
  }

  async #build(work: Work): Promise<void> {
    const { column, files, workerFile } = this.#target;
    const settings = this.#target.settings() as OptimizerSettings;
    const { serving } = column;
    const base = work === 'extend' ? serving : undefined;
    const slots = base?.slots.copy() ?? new SlotMap();
    const start = {
      directory: files.directory,
      vectorName: files.vectorName,
      settings: settings.index,
      rowsPerBlock: column.sharedBlocks.rowsPerBlock,
      extendsStored: base !== undefined,
      lengthBound: column.greatestLength * lengthMargin,
    };
    const builder = new Builder(start, workerFile);
    this.#builder = builder;
    column.beginBuild(slots);
    const thresholdRows = settings.thresholds.indexingBytes / (column.size * floatBytes);
    const batchRows = Math.min(greatestBatchRows, Math.max(1, Math.floor(batchBytes / (column.size * floatBytes))));
    // A first index is published while it grows; one that replaces another only when it is whole.
    const isPublishedEarly = serving === undefined || base !== undefined;
    const underWay: Promise<BuildReply>[] = [];
    let published = slots.size;
    let cursor = 0;
    while (!this.#closed) {
      const rows = column.takeForBuild(cursor, batchRows);
      cursor = (rows.at(-1) ?? cursor) + 1;
      if (rows.length > 0) {
        underWay.push(
          builder.request({ kind: 'add', blocks: column.sharedBlocks.blocks, rows: Uint32Array.from(rows), ids: this.#idsOf(rows) }),
        );
      }
      while (underWay.length >= batchesAhead || (rows.length === 0 && underWay.length > 0)) {
        await underWay.shift();
      }
      const grown = slots.size - published;
      const isDrained = rows.length === 0;
      const isDue = isPublishedEarly && grown >= Math.max(thresholdRows, published * publishedGrowth);
      if (grown > 0 && (isDrained || isDue)) {
        await Promise.all(underWay.splice(0));
        await this.#publish(builder, slots, settings);
        published = slots.size;
      }
      if (isDrained && column.pendingCount <= thresholdRows * caughtUpShare) {
        return;
      }
    }
  }

  #idsOf(rows: readonly number[]): Uint8Array {
    const writer = new ByteWriter(rows.length * 9);
    for (const row of rows) {
      writer.pointId(this.#target.idOf(row));
    }
    // A copy: a message takes all memory along of which its bytes are a part.
    return new Uint8Array(writer.finish());
  }

  async #publish(builder: Builder, slots: SlotMap, settings: OptimizerSettings): Promise<void> {
    const { column, files } = this.#target;
    this.#generation += 1;
    const reply = await builder.request({ kind: 'publish', generation: this.#generation });
    if (reply.kind !== 'published' || this.#closed) {
      return;
    }
    try {
      const index = HnswIndex.view(reply.graph, settings.index, reply.encoding, column.serving?.index);
      if (index.size !== reply.slots) {
        throw new Error(`${reply.graph} has ${index.size} vectors instead of ${reply.slots}`);
      }
      column.serve({ index, slots: slots.copy(reply.slots) });
    } catch (error) {
      // The object that mapped the old file has let go of it.
      column.serve(undefined);
      throw error;
    }
    files.sweep(reply.graph);
  }

  /** Resolves when nothing is being built. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) {
      await this.#running;
    }
  }

  /** Ends a build that is under way and lets go of the index; what was published stays on the disk. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#builder?.close();
    await this.#running;
    const { column } = this.#target;
    const { serving } = column;
    column.serve(undefined);
    serving?.index.release();
  }
}
