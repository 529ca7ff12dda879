import path from 'node:path';
import type { Logger } from 'pino';
import { IndexFiles } from '../hnsw/index-files.ts';
import type { PointId } from '../points/point-id.ts';
import type { VectorColumn } from '../segment/vector-column.ts';
import type { CollectionConfig } from '../wire/collection-config.ts';
import { type BuildTurns, processTurns } from './build-turns.ts';
import { ColumnOptimizer } from './column-optimizer.ts';
import { optimizerSettings } from './optimizer-settings.ts';

const indexFolder = 'indexes';

/** What an optimiser asks of a collection. */
export interface CollectionToOptimize {
  /** Read anew each time: it may be changed while the collection lives. */
  readonly config: CollectionConfig;
  readonly segment: {
    readonly columns: ReadonlyMap<string, VectorColumn>;
    idOf(row: number): PointId;
    rowOf(id: PointId): number | undefined;
  };
}

/** The part of a collection's description that tells what the optimiser does. */
export interface OptimizerState {
  readonly status: 'green' | 'yellow' | 'red';
  readonly optimizer_status: 'ok' | { readonly error: string };
  readonly indexed_vectors_count: number;
  readonly segments_count: number;
}

/** The optimisers of all vectors of a collection. */
export class CollectionOptimizer {
  readonly #collection: CollectionToOptimize;
  readonly #columns: ColumnOptimizer[];

  /** @param directory the collection's folder; indexes get one of their own in it */
  constructor(collection: CollectionToOptimize, directory: string, logger: Logger, turns: BuildTurns = processTurns, workerFile?: URL) {
    this.#collection = collection;
    const { segment } = collection;
    this.#columns = [...segment.columns].map(
      ([vectorName, column]) =>
        new ColumnOptimizer({
          column,
          files: new IndexFiles(path.join(directory, indexFolder), vectorName),
          settings: () => optimizerSettings(collection.config, vectorName),
          idOf: (row) => segment.idOf(row),
          rowOf: (id) => segment.rowOf(id),
          logger,
          turns,
          ...(workerFile === undefined ? {} : { workerFile }),
        }),
    );
  }

  /** Takes back the indexes on the disk once all points have been read, and begins what is to be done. */
  start(): void {
    for (const column of this.#columns) {
      column.restore();
    }
    this.notify();
  }

  /** To be called after every write and every change of the settings. */
  notify(): void {
    for (const column of this.#columns) {
      column.notify();
    }
  }

  get state(): OptimizerState {
    const error = this.#columns.find((column) => column.error !== undefined)?.error;
    const isRunning = this.#columns.some((column) => column.isRunning);
    const columns = [...this.#collection.segment.columns.values()];
    return {
      status: error !== undefined ? 'red' : isRunning ? 'yellow' : 'green',
      optimizer_status: error === undefined ? 'ok' : { error },
      indexed_vectors_count: columns.reduce((count, column) => count + column.indexedCount, 0),
      // The row table is one segment, each index another.
      segments_count: 1 + columns.filter(({ serving }) => serving !== undefined).length,
    };
  }

  /** Resolves when nothing is being built. */
  async idle(): Promise<void> {
    await Promise.all(this.#columns.map((column) => column.idle()));
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await Promise.all(this.#columns.map((column) => column.close()));
  }
}
