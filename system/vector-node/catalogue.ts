import type { Collection } from './collection.ts';
import { notFound, VectorNodeError } from './errors.ts';
import type { CollectionDirectory, StoredCollection } from './storage/collection-directory.ts';
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
    await Promise.all(this.collections.map((collection) => collection.close()));
  }
}
