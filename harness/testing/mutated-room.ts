import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A wrong program, one slip away from the right one: the file, what stands there (once), and what stands there instead. */
export type Mutant = readonly [file: string, right: string, wrong: string];

/** A room of the source, of which copies with a slip can be loaded as they would be run. */
export interface MutatedRoom extends AsyncDisposable {
  /**
   * The exports of one file of a copy, with one slip or as it is. Throws where the place of a mutant is not there exactly once: it would be
   * the right program, and a test that cannot fail.
   */
  load<Exports>(entry: string, name: string, mutant?: Mutant): Promise<Exports>;
}

/**
 * Reads the sources of the folder at `url`. Copies lie below a folder called node_modules, because the test runner leaves such files to Node:
 * transforming a thousand of them would take most of the time. What they import from other rooms is what stands there.
 */
export async function mutatedRoom(url: URL, packages: readonly string[] = []): Promise<MutatedRoom> {
  const room = fileURLToPath(url);
  const names = (await readdir(room)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const sources = await Promise.all(names.map(async (name) => [name, await readFile(path.join(room, name), 'utf8')] as const));
  const copies = await mkdtemp(path.join(tmpdir(), 'rag-testbed-mutants-'));
  const modules = path.join(copies, 'node_modules');
  await mkdir(modules);
  await writeFile(path.join(modules, 'package.json'), '{"type":"module"}');
  const project = fileURLToPath(new URL('../../', import.meta.url));
  await Promise.all(packages.map((name) => symlink(path.join(project, 'node_modules', name), path.join(modules, name))));

  const slipped = (source: string, [file, right, wrong]: Mutant): string => {
    const places = source.split(right).length - 1;
    if (places !== 1) {
      throw new Error(`"${right}" stands ${places} times in ${file}`);
    }
    return source.replace(right, () => wrong);
  };
  return {
    async load<Exports>(entry: string, name: string, mutant?: Mutant) {
      if (mutant !== undefined && !names.includes(mutant[0])) {
        throw new Error(`there is no ${mutant[0]} in ${room}`);
      }
      const folder = path.join(modules, name);
      await mkdir(folder);
      for (const [file, source] of sources) {
        const script = stripTypeScriptTypes(file === mutant?.[0] ? slipped(source, mutant) : source)
          .replaceAll(/(from '\.\/[^']+)\.ts'/g, "$1.js'")
          .replaceAll(/from '(\.\.\/[^']+)'/g, (_, place: string) => `from '${pathToFileURL(path.join(room, place)).href}'`);
        await writeFile(path.join(folder, file.replace(/\.ts$/, '.js')), script);
      }
      const file = path.join(folder, entry.replace(/\.ts$/, '.js'));
      return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Exports;
    },
    [Symbol.asyncDispose]: () => rm(copies, { recursive: true, force: true }),
  };
}
