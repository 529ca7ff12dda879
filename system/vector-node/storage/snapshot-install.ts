import path from 'node:path';
import { wrongInput } from '../errors.ts';
import type { CollectionConfig } from '../wire/collection-config.ts';
import { readDescription } from './checkpoint-file.ts';
import { checkpointName, initialiseFiles } from './collection-files.ts';
import { type Disk, unfinished } from './disk.ts';

const copyBytes = 1024 * 1024;

/** Fills a new folder with the files of a collection and tells how it is configured. */
export type FillFolder = (directory: string) => Promise<CollectionConfig>;

/** The vectors that a collection has, as text to compare. */
function describeVectors({ vectors, sparse }: CollectionConfig): string {
  const dense = Object.entries(vectors).map(([name, { size, distance }]) => `"${name}" ${size} ${distance}`);
  return [...dense, ...Object.keys(sparse ?? {}).map((name) => `"${name}" sparse`)].sort().join(', ');
}

/** Makes the state in a snapshot the first checkpoint of a new folder, with an empty log after it. Throws when the vectors are not those of the current collection. The snapshot stays where it is. */
export function fillFromSnapshot(disk: Disk, snapshot: string, current: CollectionConfig | undefined): FillFolder {
  return async (directory) => {
    using source = disk.source(snapshot);
    const { config } = readDescription(snapshot, source);
    if (current !== undefined && describeVectors(current) !== describeVectors(config)) {
      throw wrongInput(
        `Snapshot is not compatible with existing collection: its vectors are ${describeVectors(config)}, the collection's ${describeVectors(current)}`,
      );
    }
    const target = path.join(directory, checkpointName(0));
    const temporary = `${target}${unfinished}`;
    const handle = await disk.create(temporary);
    try {
      for (let offset = 0; offset < source.size; offset += copyBytes) {
        await handle.write([source.read(offset, copyBytes)], offset);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await disk.rename(temporary, target);
    await initialiseFiles(disk, directory);
    return config;
  };
}
