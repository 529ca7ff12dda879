import { rmSync } from 'node:fs';
import type { Index } from 'usearch';
import { createIndex } from './create-index.ts';
import { createEncoded, type Encoded, type Encoding, encodeQuery } from './encoding.ts';
import type { IndexSettings } from './index-settings.ts';

/** A finished HNSW index, read from a mapped file. It knows slots, not rows; scores are the column's to compute. */
export class HnswIndex {
  readonly settings: IndexSettings;
  readonly file: string;
  readonly encoding: Encoding;
  readonly #index: Index;
  readonly #query: Encoded;

  private constructor(index: Index, settings: IndexSettings, encoding: Encoding, file: string) {
    this.#index = index;
    this.settings = settings;
    this.encoding = encoding;
    this.file = file;
    this.#query = createEncoded(settings, 1);
  }

  /** Maps a file that is known to be intact. Throws when the library refuses it. */
  static view(file: string, settings: IndexSettings, encoding: Encoding, previous?: HnswIndex): HnswIndex {
    // The library unmaps a file only when its object is collected or views another one, so objects are used again.
    const isReusable = previous?.settings.scalar === settings.scalar && previous.settings.m === settings.m;
    const index = isReusable && previous !== undefined ? previous.#index : createIndex(settings);
    index.view(file);
    return new HnswIndex(index, settings, encoding, file);
  }

  /** Unmaps the file; nothing is found from then on. The library has no call for it, but lets go of a file when it maps another. */
  release(): void {
    const empty = `${this.file}.empty`;
    createIndex(this.settings).save(empty);
    this.#index.view(empty);
    rmSync(empty);
  }

  get size(): number {
    return this.#index.size();
  }

  /** The slots that a graph search of width `count` finds, nearest first by the stored, rounded vectors. */
  nearestSlots(query: Float32Array, count: number): ArrayLike<number> {
    encodeQuery(query, this.encoding, this.settings, this.#query);
    const { keys } = this.#index.search(this.#query, count, 1);
    // Keys are small, so that the low half of each 64-bit integer is all of it and no BigInt has to be made.
    const halves = new Uint32Array(keys.buffer, keys.byteOffset, keys.length * 2);
    const slots = new Uint32Array(keys.length);
    for (let index = 0; index < slots.length; index += 1) {
      slots[index] = halves[index * 2] as number;
    }
    return slots;
  }
}
