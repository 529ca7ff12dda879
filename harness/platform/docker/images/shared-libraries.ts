import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../../../contract/failure.ts';

const execute = promisify(execFile);
const filesPerCall = 64;
/** glibc opens these by name to look up hosts and users; before 2.34 they were not part of libc itself. */
const openedByLibc = ['libnss_files.so.2', 'libnss_dns.so.2'];

/** The libraries in what `ldd` prints: `libm.so.6 => /lib/…/libm.so.6 (0x…)` and the loader, `/lib64/ld-linux-x86-64.so.2 (0x…)`. */
export function librariesIn(lddOutput: string): string[] {
  return [...lddOutput.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path = '']) => path);
}

async function ldd(files: readonly string[]): Promise<string> {
  try {
    return (await execute('ldd', [...files])).stdout;
  } catch (error) {
    const { code, stdout } = error as { code?: unknown; stdout?: string };
    if (code === 'ENOENT') {
      throw new Failure('environment', 'ldd_missing', 'ldd is not there, which tells the libraries of a program', {
        hint: 'sudo apt-get install -y --no-install-recommends libc-bin',
        cause: error,
      });
    }
    // A file without dynamic libraries makes it end with 1 although the others were answered.
    return stdout ?? '';
  }
}

/**
 * Every shared library that the files need, directly or not, with the loader, by absolute path.
 * @throws Failure `environment` (75) when one is not on this machine.
 */
export async function libraryClosure(files: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (let at = 0; at < files.length; at += filesPerCall) {
    const output = await ldd(files.slice(at, at + filesPerCall));
    const missing = /^\s+(\S+) => not found/m.exec(output);
    if (missing !== null) {
      throw new Failure(
        'environment',
        'library_missing',
        `a program that an image is made of needs ${missing[1]}, which is not on this machine`,
        {
          hint: `install the package that holds it: sudo apt-get install -y apt-file && sudo apt-file update && apt-file search ${missing[1]}`,
        },
      );
    }
    for (const library of librariesIn(output)) {
      found.add(library);
    }
  }
  const libc = [...found].find((path) => path.endsWith('/libc.so.6'));
  const extra = libc === undefined ? [] : openedByLibc.map((name) => join(dirname(libc), name)).filter((path) => existsSync(path));
  return [...new Set([...found, ...extra])].sort();
}
