import path from 'node:path';
import { readDescription } from './checkpoint-file.ts';
import type { FillFolder } from './collection-directory.ts';
import { checkpointName, initialiseFiles } from './collection-files.ts';
import { type Disk, unfinished } from './disk.ts';

const copyBytes = 1024 * 1024;

/** Makes the state in a snapshot the first checkpoint of a new folder, with an empty log after it. The snapshot stays where it is. */
export function fillFromSnapshot(disk: Disk, snapshot: string): FillFolder {
  return async (directory) => {
    using source = disk.source(snapshot);
    const { config } = readDescription(snapshot, source);
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
