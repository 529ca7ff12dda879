import { type AliasAction, applyAliasActions } from './aliases.ts';
import type { Collection } from './collection.ts';
import { collectionNotFound, nameTaken, wrongInput } from './errors.ts';
import type { CollectionDirectory, StoredCollection } from './storage/collection-directory.ts';
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

  /** Names of collections by alias. */
  get aliases(): ReadonlyMap<string, string> {
    return this.#directory.aliases;
  }

  /** The name of the collection that a name or an alias means. */
  resolved(name: string): string {
    return this.#stored.has(name) ? name : (this.aliases.get(name) ?? name);
  }

  /** True for the name or an alias of a collection. */
  has(name: string): boolean {
    return this.#stored.has(this.resolved(name));
  }

  /** The collection of this name or alias, or 404. */
  get(name: string): Collection {
    const stored = this.#stored.get(this.resolved(name));
    if (stored === undefined) {
      throw collectionNotFound(name);
    }
    return stored.collection;
  }

  async create(name: string, config: CollectionConfig): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#stored.has(name)) {
        throw nameTaken(name);
      }
      if (this.aliases.has(name)) {
        throw wrongInput(`Can't create collection with name ${name}. Alias with the same name already exists`);
      }
      this.#stored.set(name, await this.#directory.create(name, config));
    });
  }

  /**
   * Carries out actions on aliases in their order. A bad one ends the call, and those before it stay, as in the engine: what an answer of
   * success promises is that all of them are in force, at one instant and on the disk.
   */
  async changeAliases(actions: readonly AliasAction[]): Promise<void> {
    await this.#inTurn(async () => {
      const { aliases, refusal } = applyAliasActions(this.aliases, actions, (name) => this.#stored.has(name));
      await this.#directory.setAliases(aliases);
      if (refusal !== undefined) {
        throw refusal;
      }
    });
  }

  /** Changes the settings of a collection (name or alias); they are on the disk when this resolves. */
  async configure(name: string, change: (config: CollectionConfig) => CollectionConfig): Promise<void> {
    await this.#inTurn(async () => {
      const collection = this.get(name);
      const config = change(collection.config);
      await this.#directory.setConfig(collection.name, config);
      collection.configure(config);
    });
  }

  /** Makes the state in a snapshot that of a collection (name, alias, or a new name): the old or the new one is there at any instant. */
  async recover(given: string, snapshot: string): Promise<void> {
    await this.#inTurn(async () => {
      const name = this.resolved(given);
      const old = this.#stored.get(name);
      this.#stored.set(name, await this.#directory.recover(name, snapshot, old?.collection.config));
      if (old !== undefined) {
        await this.#directory.remove(old);
      }
    });
  }

  /** The files of a collection, or 404. */
  storeOf(name: string): CollectionStore {
    const stored = this.#stored.get(this.resolved(name));
    if (stored === undefined) {
      throw collectionNotFound(name);
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
