import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import type { Index } from 'usearch';
import type { BuildReply, BuildRequest, BuildStart } from './build-messages.ts';
import { createIndex } from './create-index.ts';
import { createEncoded, type Encoded, type Encoding, encodedSize, encodeStored, scaleFor } from './encoding.ts';
import { IndexFiles } from './index-files.ts';

/* The thread that builds one HNSW index. It reads vectors where the column has them, and keeps the graph until it is told to publish. */

class IndexBuild {
  readonly #start: BuildStart;
  readonly #files: IndexFiles;
  readonly #index: Index;
  readonly #ids: Uint8Array[] = [];
  readonly #checksums: number[] = [];
  readonly #vector: Float32Array<ArrayBuffer>;
  readonly #vectorBytes: Uint8Array;
  /** Used again for every batch: the memory of a thread that allocates much is not given back when it ends. */
  #encoded: Encoded;
  #encoding: Encoding | undefined;

  constructor(start: BuildStart) {
    this.#start = start;
    this.#files = new IndexFiles(start.directory, start.vectorName);
    this.#index = createIndex(start.settings);
    this.#vector = new Float32Array(start.settings.dimensions);
    this.#vectorBytes = new Uint8Array(this.#vector.buffer);
    this.#encoded = createEncoded(start.settings, 0);
    if (!start.extendsStored) {
      return;
    }
    const stored = this.#files.read();
    if (stored === undefined) {
      throw new Error(`there is no index to extend in ${start.directory}`);
    }
    this.#index.load(stored.graph);
    this.#ids.push(stored.manifest.ids);
    for (const checksum of stored.manifest.checksums) {
      this.#checksums.push(checksum);
    }
    this.#encoding = stored.manifest.encoding;
  }

  add({ blocks, rows, ids }: Extract<BuildRequest, { kind: 'add' }>): void {
    const { settings, rowsPerBlock, lengthBound } = this.#start;
    const { dimensions } = settings;
    const views = blocks.map((block) => new Float32Array(block));
    const vectorOf = (row: number) => {
      const start = (row % rowsPerBlock) * dimensions;
      return (views[Math.floor(row / rowsPerBlock)] as Float32Array).subarray(start, start + dimensions);
    };
    const encoding = this.#encoding ?? { scale: scaleFor(settings, Array.from(rows, vectorOf)), lengthBound };
    this.#encoding = encoding;
    const size = encodedSize(settings);
    if (this.#encoded.length < rows.length * size) {
      this.#encoded = createEncoded(settings, rows.length);
    }
    const keys = new BigUint64Array(rows.length);
    for (const [index, row] of rows.entries()) {
      // Copied once, so that its checksum is that of what was indexed even when the row is written meanwhile.
      this.#vector.set(vectorOf(row));
      encodeStored(this.#vector, encoding, settings, this.#encoded, index * size);
      keys[index] = BigInt(this.#checksums.length);
      this.#checksums.push(crc32(this.#vectorBytes));
    }
    this.#index.add(keys, this.#encoded.subarray(0, rows.length * size), settings.threads);
    this.#ids.push(ids);
  }

  publish(generation: number): BuildReply {
    const { settings, vectorName } = this.#start;
    const slots = this.#checksums.length;
    const encoding = this.#encoding ?? { scale: 1, lengthBound: this.#start.lengthBound };
    const manifest = { vectorName, settings, encoding, slots, ids: Buffer.concat(this.#ids), checksums: Uint32Array.from(this.#checksums) };
    const graph = this.#files.write(generation, manifest, (file) => this.#index.save(file));
    return { kind: 'published', graph, slots, encoding };
  }
}

const lowPriority = 19;
if (process.platform === 'linux') {
  // There a priority is a thread's own: searches come first where cores are scarce. Elsewhere it would be the whole process's.
  setPriority(0, lowPriority);
}

const build = new IndexBuild(workerData as BuildStart);
parentPort?.on('message', (request: BuildRequest) => {
  if (request.kind === 'add') {
    build.add(request);
    parentPort?.postMessage({ kind: 'added' } satisfies BuildReply);
  } else {
    parentPort?.postMessage(build.publish(request.generation));
  }
});
