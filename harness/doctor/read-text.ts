import { readFileSync } from 'node:fs';

/** The text of a file such as those of /proc; undefined where it is not there or may not be read, which are both answers. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
