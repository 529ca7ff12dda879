import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, truncate } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { Collection } from '../collection.ts';
import { storageFailed } from '../errors.ts';
import { readJson } from '../json/read.ts';
import { writeJson } from '../json/write.ts';
import type { CollectionConfig } from '../wire/collection-config.ts';
import { syncDirectory, writeFileAtomically } from './directory.ts';
import { createFileHeader } from './frame.ts';
import { openByteSource, openLogFile } from './log-file.ts';
import { replayLog } from './replay.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

const metadataFile = 'collection.json';
const logFile = 'wal.log';
const formatVersion = 1;
const unfinished = '.tmp';
const deleted = '.deleted';

interface Metadata {
  readonly formatVersion: number;
  readonly name: string;
  readonly config: CollectionConfig;
}

/** A collection and the folder that it lives in. */
export interface StoredCollection {
  readonly collection: Collection;
  readonly directory: string;
}

/**
 * The folders of all collections below one root. A folder has a random name and the collection's name inside its metadata, so that
 * no name of a client becomes a path. Creating and deleting are one rename each: after a crash a collection is there or not.
 */
export class CollectionDirectory {
  readonly #root: string;
  readonly #logger: Logger;

  constructor(storagePath: string, logger: Logger) {
    this.#root = path.resolve(storagePath, 'collections');
    this.#logger = logger;
  }

  /** Reads every collection and removes what a crash left of unfinished creations and deletions. Throws when one cannot be read. */
  async open(): Promise<StoredCollection[]> {
    await mkdir(this.#root, { recursive: true });
    const stored: StoredCollection[] = [];
    for (const entry of await readdir(this.#root, { withFileTypes: true })) {
      const directory = path.join(this.#root, entry.name);
      if (entry.name.endsWith(unfinished) || entry.name.endsWith(deleted)) {
        await rm(directory, { recursive: true, force: true });
      } else if (entry.isDirectory()) {
        stored.push({ collection: await this.#openCollection(directory), directory });
      }
    }
    return stored;
  }

  async #openCollection(directory: string): Promise<Collection> {
    const metadata = readJson(await readFile(path.join(directory, metadataFile))) as Metadata;
    if (metadata.formatVersion !== formatVersion) {
      throw new Error(
        `${path.join(directory, metadataFile)} has format ${String(metadata.formatVersion)}; this version reads ${formatVersion}`,
      );
    }
    const collection = new Collection(metadata.name, metadata.config);
    await this.#openLog(collection, directory);
    return collection;
  }

  async #openLog(collection: Collection, directory: string): Promise<void> {
    const file = path.join(directory, logFile);
    using source = openByteSource(file);
    const replayed = replayLog(file, source, (record) => collection.replay(record));
    if (replayed.end < source.size) {
      this.#logger.warn(
        { file, offset: replayed.end, droppedBytes: source.size - replayed.end },
        'dropped the torn tail of the log, which was never acknowledged',
      );
      await truncate(file, replayed.end);
    }
    collection.writeTo(new WriteAheadLog(await openLogFile(file), replayed));
  }

  /** Creates an empty collection; it is on the disk when this resolves. */
  async create(name: string, config: CollectionConfig): Promise<StoredCollection> {
    const directory = path.join(this.#root, randomUUID());
    const temporary = `${directory}${unfinished}`;
    try {
      await mkdir(temporary);
      await writeFileAtomically(path.join(temporary, logFile), createFileHeader());
      const metadata: Metadata = { formatVersion, name, config };
      await writeFileAtomically(path.join(temporary, metadataFile), writeJson(metadata));
      await rename(temporary, directory);
      await syncDirectory(this.#root);
      return { collection: await this.#openCollection(directory), directory };
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw storageFailed(directory, error);
    }
  }

  /** Deletes a collection; a crash after this resolved does not bring it back. */
  async delete({ collection, directory }: StoredCollection): Promise<void> {
    const condemned = `${directory}${deleted}`;
    try {
      await rename(directory, condemned);
      await syncDirectory(this.#root);
    } catch (error) {
      throw storageFailed(directory, error);
    }
    await collection.close();
    await rm(condemned, { recursive: true, force: true });
  }
}
