import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { readFilter } from '../filter/read-filter.ts';
import type { Payload } from '../points/payload-path.ts';
import type { PointId } from '../points/point-id.ts';
import { FlatSegment } from '../segment/flat-segment.ts';
import { type SearchParams, standardSearchParams } from '../segment/search-params.ts';
import type { VectorColumn } from '../segment/vector-column.ts';
import { readCollectionConfig } from '../wire/collection-config.ts';
import { BuildTurns } from './build-turns.ts';
import { CollectionOptimizer } from './collection-optimizer.ts';

const temporary: string[] = [];
process.once('exit', () => {
  for (const directory of temporary) {
    rmSync(directory, { recursive: true, force: true });
  }
});

/* A row table with its optimiser but without a log and a server, for the tests of this folder. */

export interface Hit {
  readonly id: PointId;
  readonly score: number;
}

export interface NearestOptions {
  readonly limit?: number;
  readonly filter?: unknown;
  readonly params?: Partial<SearchParams>;
}

export class OptimizedTable implements AsyncDisposable {
  readonly segment: FlatSegment;
  readonly optimizer: CollectionOptimizer;
  readonly directory: string;
  #version = 0;

  /** @param directory kept when given, so that another table can take the indexes back */
  constructor(request: Record<string, unknown>, directory?: string, workerFile?: URL) {
    this.directory = directory ?? temporaryDirectory();
    const config = readCollectionConfig({
      // Small enough for tests: an index from 10 kB of vectors on, and every search may use it.
      optimizers_config: { indexing_threshold: 10 },
      hnsw_config: { full_scan_threshold: 10 },
      ...request,
    });
    this.segment = new FlatSegment(config.vectors, config.sparse);
    const logger = pino({ level: 'silent' });
    this.optimizer = new CollectionOptimizer({ config, segment: this.segment }, this.directory, logger, new BuildTurns(), workerFile);
  }

  get column(): VectorColumn {
    return this.segment.columns.get('') as VectorColumn;
  }

  upsert(id: PointId, vector: Float32Array, payload: Payload = {}): void {
    this.#version += 1;
    const vectors = new Map([['', this.column.prepared(vector.slice())]]);
    this.segment.upsert({ id, vectors, payload, payloadJson: JSON.stringify(payload) }, this.#version);
    this.optimizer.notify();
  }

  delete(id: PointId): void {
    this.segment.delete(id);
    this.optimizer.notify();
  }

  nearest(vector: Float32Array, { limit = 10, filter, params = {} }: NearestOptions = {}): Hit[] {
    const hits = this.segment.nearest({
      vectorName: '',
      vector: this.column.prepared(vector.slice()),
      limit,
      filter: readFilter(filter, { name: 'filter', allowsEmptyField: false }),
      scoreThreshold: undefined,
      without: undefined,
      params: { ...standardSearchParams, ...params },
    });
    return hits.map(({ row, score }) => ({ id: this.segment.idOf(row), score }));
  }

  exact(vector: Float32Array, options: NearestOptions = {}): Hit[] {
    return this.nearest(vector, { ...options, params: { ...options.params, exact: true } });
  }

  /** Share of the exact answers of all queries that the index finds. Throws when a score differs. */
  recall(queries: readonly Float32Array[], options: NearestOptions = {}): number {
    let found = 0;
    let wanted = 0;
    for (const query of queries) {
      const scores = new Map(this.exact(query, options).map(({ id, score }) => [id, score]));
      wanted += scores.size;
      for (const { id, score } of this.nearest(query, options)) {
        if (scores.has(id) && scores.get(id) !== score) {
          throw new Error(`point ${String(id)} has score ${score} by the index and ${scores.get(id)} without it`);
        }
        found += scores.has(id) ? 1 : 0;
      }
    }
    return found / wanted;
  }

  /** Resolves when nothing is being built. */
  async settled(): Promise<void> {
    await this.optimizer.idle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.optimizer.close();
  }
}

/** A new folder below the system's for temporary files. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'vector-index-'));
  temporary.push(directory);
  return directory;
}
