import { QdrantClient } from '@qdrant/js-client-rest';
import { type Dataset, recallOf } from './dataset.ts';
import type { Engine } from './engines.ts';
import { RawConnection, requestBytes } from './raw-connection.ts';
import type { BenchSettings } from './settings.ts';

const collection = 'bench';

/** Indexes whatever comes, so that a short run measures the same path as a long one. */
const collectionConfig = (size: number) => ({
  vectors: { size, distance: 'Cosine' },
  optimizers_config: { indexing_threshold: 1000 },
  hnsw_config: { m: 16, ef_construct: 100, full_scan_threshold: 10 },
});

interface Answer {
  readonly result: { readonly points: readonly { readonly id: number }[] };
}

/** One engine under measurement, with its requests prepared. */
export class Target implements Disposable {
  readonly engine: Engine;
  readonly #dataset: Dataset;
  readonly #settings: BenchSettings;
  #connection: RawConnection;
  readonly #client: QdrantClient;
  readonly #searches: readonly Buffer[];

  private constructor(engine: Engine, dataset: Dataset, settings: BenchSettings, connection: RawConnection) {
    this.engine = engine;
    this.#dataset = dataset;
    this.#settings = settings;
    this.#connection = connection;
    this.#client = new QdrantClient({ url: engine.url, checkCompatibility: false });
    const { limit, ef } = settings;
    this.#searches = dataset.queries.map((query) =>
      requestBytes('POST', `/collections/${collection}/points/query`, { query: Array.from(query), limit, params: { hnsw_ef: ef } }),
    );
  }

  static async open(engine: Engine, dataset: Dataset, settings: BenchSettings): Promise<Target> {
    return new Target(engine, dataset, settings, await RawConnection.open(engine.url));
  }

  #upsert(first: number, vectors: readonly Float32Array[]): Buffer {
    const points = vectors.map((vector, offset) => {
      const id = first + offset;
      return { id, vector: Array.from(vector), payload: { tenant: `tenant-${id % 50}`, position: id } };
    });
    return requestBytes('PUT', `/collections/${collection}/points?wait=false`, { points });
  }

  /** The requests that upsert all vectors of the dataset. */
  upserts(): Buffer[] {
    const { points, size, upsertBatch } = this.#settings;
    const { vectors } = this.#dataset;
    return Array.from({ length: Math.ceil(points / upsertBatch) }, (_, batch) => {
      const first = batch * upsertBatch;
      const count = Math.min(upsertBatch, points - first);
      return this.#upsert(
        first,
        Array.from({ length: count }, (_row, offset) => vectors.subarray((first + offset) * size, (first + offset + 1) * size)),
      );
    });
  }

  async #info(): Promise<{ readonly status: string; readonly points_count: number; readonly indexed_vectors_count: number }> {
    const answer = await fetch(`${this.engine.url}/collections/${collection}`);
    return ((await answer.json()) as { result: { status: string; points_count: number; indexed_vectors_count: number } }).result;
  }

  async #untilGreen(points: number): Promise<void> {
    for (;;) {
      const { status, points_count } = await this.#info();
      if (status === 'green' && points_count >= points) {
        return;
      }
      if (status === 'red') {
        throw new Error(`${this.engine.name} could not build its index`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /**
   * A measurement begins with a connection of its own: the server ends those that are silent for long, which after seconds of
   * building in this process has not been heard yet.
   */
  async #connect(): Promise<void> {
    this.#connection.close();
    this.#connection = await RawConnection.open(this.engine.url);
  }

  /** Creates the collection anew and sends everything with wait=false; returns points per second until all are indexed. */
  async ingest(upserts: readonly Buffer[]): Promise<number> {
    const { points, size } = this.#settings;
    await fetch(`${this.engine.url}/collections/${collection}`, { method: 'DELETE' });
    await this.#connect();
    await this.#connection.send(requestBytes('PUT', `/collections/${collection}`, collectionConfig(size)));
    const startedAtMs = performance.now();
    for (const upsert of upserts) {
      await this.#connection.send(upsert);
    }
    await this.#untilGreen(points);
    return (points / (performance.now() - startedAtMs)) * 1000;
  }

  async recall(): Promise<number> {
    await this.#connect();
    const answers: number[][] = [];
    for (const search of this.#searches) {
      const answer = JSON.parse((await this.#connection.send(search)).toString()) as Answer;
      answers.push(answer.result.points.map(({ id }) => id));
    }
    return recallOf(this.#dataset, answers);
  }

  async #timed(search: (turn: number) => Promise<unknown>, isOver: (elapsedMs: number) => boolean): Promise<number[]> {
    const times: number[] = [];
    const startMs = performance.now();
    for (let before = startMs; !isOver(before - startMs); ) {
      await search(times.length % this.#searches.length);
      const after = performance.now();
      times.push(after - before);
      before = after;
    }
    return times;
  }

  /** Service times in milliseconds of searches over one connection, one after the other, until it is over. */
  async searchTimes(isOver: (elapsedMs: number) => boolean): Promise<number[]> {
    await this.#connect();
    return await this.#timed((turn) => this.#connection.send(this.#searches[turn] as Buffer), isOver);
  }

  /** The same through the official client. */
  async clientSearchTimes(durationMs: number): Promise<number[]> {
    const { limit, ef } = this.#settings;
    const queries = this.#dataset.queries.map((query) => Array.from(query));
    return await this.#timed(
      (turn) => this.#client.query(collection, { query: queries[turn] as number[], limit, params: { hnsw_ef: ef } }),
      (elapsedMs) => elapsedMs >= durationMs,
    );
  }

  /**
   * Adds points to the finished index over a second connection, and measures searches from when they are all acknowledged until
   * they are indexed. `whileAdding` are the searches before that.
   */
  async searchTimesWhileIndexing(): Promise<{ readonly whileAdding: number[]; readonly whileIndexing: number[] }> {
    const { points, upsertBatch } = this.#settings;
    const { additional } = this.#dataset;
    const requests = Array.from({ length: Math.ceil(additional.length / upsertBatch) }, (_, batch) =>
      this.#upsert(points + batch * upsertBatch, additional.slice(batch * upsertBatch, (batch + 1) * upsertBatch)),
    );
    const writer = await RawConnection.open(this.engine.url);
    let isAdded = false;
    let isIndexed = false;
    const writing = (async () => {
      for (const request of requests) {
        await writer.send(request);
      }
      isAdded = true;
      await this.#untilGreen(points + additional.length);
      isIndexed = true;
    })();
    try {
      const whileAdding = await this.searchTimes(() => isAdded);
      const whileIndexing = await this.searchTimes(() => isIndexed);
      await writing;
      return { whileAdding, whileIndexing };
    } finally {
      writer.close();
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}
