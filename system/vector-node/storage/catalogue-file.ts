import path from 'node:path';
import { storageFailed } from '../errors.ts';
import { readJson } from '../json/read.ts';
import { writeJson } from '../json/write.ts';
import type { CollectionConfig } from '../wire/collection-config.ts';
import { type Disk, writeAside } from './disk.ts';
import { createFileHeader, createFrame, readFileHeader } from './frame.ts';
import { CorruptFileError, readFrames } from './read-frames.ts';

export interface CatalogueEntry {
  readonly name: string;
  /** The folder's name below the folder of all collections. */
  readonly folder: string;
  readonly config: CollectionConfig;
}

export interface CatalogueContent {
  readonly collections: readonly CatalogueEntry[];
  /** Names of collections by alias. */
  readonly aliases: ReadonlyMap<string, string>;
}

interface Stored {
  readonly collections: readonly CatalogueEntry[];
  readonly aliases: readonly (readonly [string, string])[];
}

/**
 * The one file that says which collections there are, in which folder each lives, how it is configured, and the aliases. It is replaced
 * as a whole, so that creating, deleting, replacing and aliasing each happen at one instant: after a crash wholly or not at all.
 */
export class CatalogueFile {
  readonly path: string;
  readonly #disk: Disk;
  #content: CatalogueContent;
  #broken: Error | undefined;

  private constructor(disk: Disk, file: string, content: CatalogueContent) {
    this.#disk = disk;
    this.path = file;
    this.#content = content;
  }

  get content(): CatalogueContent {
    return this.#content;
  }

  /** Reads the file; undefined when there is none. Throws {@link CorruptFileError} when it is damaged. */
  static read(disk: Disk, file: string): CatalogueFile | undefined {
    let source: ReturnType<Disk['source']>;
    try {
      source = disk.source(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return undefined;
      }
      throw error;
    }
    using opened = source;
    const frames = readFrames(file, opened, 'catalogue', 0);
    const first = frames.next();
    const last = frames.next();
    const text = first.done === true ? undefined : first.value.records[0];
    if (text === undefined || last.done !== true || last.value.end !== opened.size) {
      throw new CorruptFileError(file, first.done === true ? first.value.end : first.value.offset, 'it is not one whole frame');
    }
    const { collections, aliases } = readJson(text) as Stored;
    return new CatalogueFile(disk, file, { collections, aliases: new Map(aliases) });
  }

  /** Makes the file of a node without collections. */
  static async create(disk: Disk, file: string): Promise<CatalogueFile> {
    const catalogue = new CatalogueFile(disk, file, { collections: [], aliases: new Map() });
    await catalogue.write(catalogue.#content);
    return catalogue;
  }

  /**
   * Replaces the content; on the disk when this resolves, unchanged when it rejects. When it cannot be told which of the two the disk
   * holds, every later call rejects until a restart.
   */
  async write(content: CatalogueContent): Promise<void> {
    if (this.#broken !== undefined) {
      throw this.#broken;
    }
    const stored: Stored = { collections: content.collections, aliases: [...content.aliases] };
    const header = createFileHeader('catalogue');
    const salt = readFileHeader('catalogue', header) as number;
    const bytes = Buffer.concat([header, ...createFrame([Buffer.from(writeJson(stored))], 0, salt)]);
    try {
      await writeAside(this.#disk, this.path, bytes);
    } catch (error) {
      throw storageFailed(this.path, error);
    }
    try {
      await this.#disk.syncDirectory(path.dirname(this.path));
    } catch (error) {
      this.#broken = storageFailed(`${this.path} (collections and aliases stay as they are until a restart)`, error);
      throw this.#broken;
    }
    this.#content = content;
  }

  /** True after a failed sync: the disk may hold the new or the old content. */
  get isInDoubt(): boolean {
    return this.#broken !== undefined;
  }
}
