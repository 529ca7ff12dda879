import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Collection } from '../collection.ts';
import { notFound, storageFailed, VectorNodeError } from '../errors.ts';
import type { CollectionConfig } from '../wire/collection-config.ts';
import { type CatalogueEntry, CatalogueFile } from './catalogue-file.ts';
import { initialiseFiles } from './collection-files.ts';
import { CollectionStore, type StoreOptions } from './collection-store.ts';
import { makeDirectories } from './disk.ts';
import { CorruptFileError } from './read-frames.ts';
import { type FillFolder, fillFromSnapshot } from './snapshot-install.ts';

const catalogueName = 'catalogue';

/** A collection and its files. */
export interface StoredCollection {
  readonly collection: Collection;
  readonly store: CollectionStore;
}

/**
 * All collections below one root: a folder each, under a random name so that no name of a client becomes a path, and the catalogue,
 * which says what there is. A folder that the catalogue does not name is left over from a crash.
 */
export class CollectionDirectory {
  readonly #root: string;
  readonly #options: StoreOptions;
  #catalogue: CatalogueFile | undefined;

  constructor(storagePath: string, options: StoreOptions) {
    this.#root = path.resolve(storagePath);
    this.#options = options;
  }

  /** Reads every collection and removes what a crash left. Throws when one cannot be read: nothing is left out silently. */
  async open(): Promise<StoredCollection[]> {
    const { disk } = this.#options;
    await makeDirectories(disk, this.#folders);
    await disk.syncDirectory(this.#root);
    const file = path.join(this.#root, catalogueName);
    const folders = await disk.list(this.#folders);
    this.#catalogue = CatalogueFile.read(disk, file);
    if (this.#catalogue === undefined) {
      if (folders.length > 0) {
        throw new Error(`${file} is missing although there are folders of collections in ${this.#folders}. Restore it from a copy.`);
      }
      this.#catalogue = await CatalogueFile.create(disk, file);
    }
    const { collections } = this.#catalogue.content;
    const known = new Set(collections.map(({ folder }) => folder));
    for (const folder of folders) {
      if (!known.has(folder)) {
        await disk.remove(path.join(this.#folders, folder));
      }
    }
    const stored: StoredCollection[] = [];
    for (const { name, config, folder } of collections) {
      stored.push(await this.#openCollection(name, config, path.join(this.#folders, folder)));
    }
    return stored;
  }

  get #folders(): string {
    return path.join(this.#root, 'collections');
  }

  get #file(): CatalogueFile {
    if (this.#catalogue === undefined) {
      throw new Error(`the storage in ${this.#root} is not open`);
    }
    return this.#catalogue;
  }

  async #openCollection(name: string, config: CollectionConfig, directory: string): Promise<StoredCollection> {
    const collection = new Collection(name, config);
    const store = await CollectionStore.open(directory, collection, this.#options);
    collection.optimizeIn(directory, this.#options.logger);
    return { collection, store };
  }

  /** Names of collections by alias. */
  get aliases(): ReadonlyMap<string, string> {
    return this.#file.content.aliases;
  }

  /** Replaces all aliases at once; on the disk when this resolves. */
  async setAliases(aliases: ReadonlyMap<string, string>): Promise<void> {
    await this.#file.write({ ...this.#file.content, aliases: new Map(aliases) });
  }

  /** Changes the configuration that a collection has after the next start; on the disk when this resolves. */
  async setConfig(name: string, config: CollectionConfig): Promise<void> {
    const { content } = this.#file;
    const collections = content.collections.map((entry) => (entry.name === name ? { ...entry, config } : entry));
    await this.#file.write({ ...content, collections });
  }

  /** Creates an empty collection; it is on the disk when this resolves. */
  async create(name: string, config: CollectionConfig): Promise<StoredCollection> {
    return await this.install(name, async (directory) => {
      await initialiseFiles(this.#options.disk, directory);
      return config;
    });
  }

  /**
   * Makes a collection of the files that `fill` puts into a new folder. A collection of that name is there before and replaced at one
   * instant: after a crash it is the old or the new one. The caller closes the old one and removes its files with {@link remove}.
   */
  async install(name: string, fill: FillFolder): Promise<StoredCollection> {
    const { disk } = this.#options;
    const folder = randomUUID();
    const directory = path.join(this.#folders, folder);
    let stored: StoredCollection | undefined;
    try {
      await disk.makeDirectory(directory);
      const config = await fill(directory);
      await disk.syncDirectory(directory);
      await disk.syncDirectory(this.#folders);
      stored = await this.#openCollection(name, config, directory);
      await this.#replaceEntry(name, { name, config, folder });
      return stored;
    } catch (error) {
      const failure = error instanceof VectorNodeError || error instanceof CorruptFileError ? error : storageFailed(directory, error);
      await stored?.collection.close(failure);
      if (!this.#file.isInDoubt) {
        await disk.remove(directory);
      }
      throw failure;
    }
  }

  /** Makes the state in a snapshot that of a collection, which is new or was configured as `current`. */
  async recover(name: string, snapshot: string, current: CollectionConfig | undefined): Promise<StoredCollection> {
    return await this.install(name, fillFromSnapshot(this.#options.disk, snapshot, current));
  }

  async #replaceEntry(name: string, entry: CatalogueEntry | undefined): Promise<void> {
    const { collections, aliases } = this.#file.content;
    const others = collections.filter((other) => other.name !== name);
    const remaining = entry === undefined ? new Map([...aliases].filter(([, target]) => target !== name)) : aliases;
    await this.#file.write({ collections: entry === undefined ? others : [...others, entry], aliases: remaining });
  }

  /** Deletes a collection with the aliases that point to it; a crash after this resolved does not bring them back. */
  async delete(stored: StoredCollection): Promise<void> {
    await this.#replaceEntry(stored.collection.name, undefined);
    await this.remove(stored);
  }

  /** Closes a collection that the catalogue no longer names and removes its files. */
  async remove({ collection, store }: StoredCollection): Promise<void> {
    await collection.close(notFound(`Collection \`${collection.name}\` doesn't exist!`));
    try {
      await this.#options.disk.remove(store.directory);
    } catch (error) {
      // The next start removes them.
      this.#options.logger.warn({ err: error, directory: store.directory }, 'could not remove the files of a deleted collection');
    }
  }
}
