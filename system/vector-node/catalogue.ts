import type { Collection } from './collection.ts';
import { notFound, VectorNodeError } from './errors.ts';
import type { CollectionDirectory, FillFolder, StoredCollection } from './storage/collection-directory.ts';
import type { Restored } from './storage/collection-files.ts';
import type { CollectionStore } from './storage/collection-store.ts';
import type { CollectionConfig } from './wire/collection-config.ts';

/** All collections by name. Creating and deleting one name happen one after the other. */
export class Catalogue {
  readonly #directory: CollectionDirectory;
  readonly #stored = new Map<string, StoredCollection>();
  #lastChange: Promise<unknown> = Promise.resolve();

  private constructor(directory: CollectionDirectory) {
    this.#directory = directory;
  }

  /** Reads everything from the disk. Throws when any of it cannot be read: nothing is left out silently. */
  static async open(directory: CollectionDirectory): Promise<Catalogue> {
    const catalogue = new Catalogue(directory);
    for (const stored of await directory.open()) {
      catalogue.#stored.set(stored.collection.name, stored);
    }
    return catalogue;
  }

  get collections(): Collection[] {
    return [...this.#stored.values()].map(({ collection }) => collection);
  }

  /** What was read at the start, over all collections. */
  get restored(): Restored {
    const each = [...this.#stored.values()].map(({ store }) => store.restored);
    const sum = (key: keyof Restored) => each.reduce((total, restored) => total + restored[key], 0);
    return {
      checkpointPoints: sum('checkpointPoints'),
      checkpointBytes: sum('checkpointBytes'),
      logRecords: sum('logRecords'),
      logBytes: sum('logBytes'),
    };
  }

  has(name: string): boolean {
    return this.#stored.has(name);
  }

  /** The collection, or 404. */
  get(name: string): Collection {
    const stored = this.#stored.get(name);
    if (stored === undefined) {
      throw notFound(`Collection \`${name}\` doesn't exist!`);
    }
    return stored.collection;
  }

  async create(name: string, config: CollectionConfig): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#stored.has(name)) {
        throw new VectorNodeError(409, `Wrong input: Collection \`${name}\` already exists!`);
      }
      this.#stored.set(name, await this.#directory.create(name, config));
    });
  }

  /** Replaces a collection, or makes a new one, by the files that `fill` writes: the old or the new one is there at any instant. */
  async install(name: string, fill: FillFolder): Promise<void> {
    await this.#inTurn(async () => {
      const old = this.#stored.get(name);
      this.#stored.set(name, await this.#directory.install(name, fill));
      if (old !== undefined) {
        await this.#directory.remove(old);
      }
    });
  }

  /** The files of a collection, or 404. */
  storeOf(name: string): CollectionStore {
    const stored = this.#stored.get(name);
    if (stored === undefined) {
      throw notFound(`Collection \`${name}\` doesn't exist!`);
    }
    return stored.store;
  }

  /** False when there is no such collection. */
  async delete(name: string): Promise<boolean> {
    return await this.#inTurn(async () => {
      const stored = this.#stored.get(name);
      if (stored === undefined) {
        return false;
      }
      // Out of sight first, so that no write is acknowledged between the renaming and the end.
      this.#stored.delete(name);
      try {
        await this.#directory.delete(stored);
      } catch (error) {
        this.#stored.set(name, stored);
        throw error;
      }
      return true;
    });
  }

  async #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#lastChange.then(change);
    this.#lastChange = turn.catch(() => undefined);
    return await turn;
  }

  async close(): Promise<void> {
    await this.#lastChange;
    await Promise.all(this.collections.map((collection) => collection.close(new Error('the node is stopping'))));
  }
}
