import { z } from 'zod';
import { Failure } from '../../../contract/failure.ts';

/** The part of `package-lock.json` that says what needs what. */
export const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      dependencies: z.record(z.string(), z.string()).optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
export type Lock = z.infer<typeof lockSchema>;

/** Static and dynamic imports and `require` of what is no relative path. An `import type` is gone at run time, so it needs nothing. */
const importPatterns = [
  /^(?:import|export)\s+(?!type\b)[^'"`;]*?from\s+['"]([^'"]+)['"]/gm,
  /^import\s+['"]([^'"]+)['"]/gm,
  /\b(?:import|require|require\.resolve)\(\s*['"]([^'"]+)['"]/g,
];

/** The packages that a TypeScript source imports: `a` of `a/b`, `@a/b` of `@a/b/c`; neither Node's own modules nor relative files. */
export function importedPackages(source: string): Set<string> {
  const specifiers = importPatterns.flatMap((pattern) => [...source.matchAll(pattern)].map(([, specifier = '']) => specifier));
  const bare = specifiers.filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'));
  return new Set(
    bare.map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    ),
  );
}

/** Where Node finds `name` from inside the package at `from`: in the nearest `node_modules` on the way up. */
function resolve(lock: Lock, from: string, name: string): string | undefined {
  const candidate = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (lock.packages[candidate] !== undefined) {
    return candidate;
  }
  return from === '' ? undefined : resolve(lock, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name);
}

/**
 * The folders of the packages that `names` need at run time, sorted, such as `node_modules/pg`. A peer dependency is what the
 * project itself declares, so it is followed only when it is among `names`: otherwise a client library would bring a compiler along.
 * @throws Failure `configuration` (78) for a package that the lock file does not know.
 */
export function packageClosure(lock: Lock, names: Iterable<string>): string[] {
  const found = new Set<string>();
  const visit = (from: string, name: string, optional: boolean) => {
    const path = resolve(lock, from, name);
    if (path === undefined) {
      if (optional) {
        return;
      }
      throw new Failure(
        'configuration',
        'package_not_locked',
        `${from === '' ? 'system/' : from} needs "${name}", which is not in package-lock.json`,
        {
          hint: `declare it: npm install ${name}`,
        },
      );
    }
    if (found.has(path)) {
      return;
    }
    found.add(path);
    const { dependencies = {}, optionalDependencies = {} } = lock.packages[path] ?? {};
    for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies })) {
      visit(path, dependency, dependency in optionalDependencies);
    }
  };
  for (const name of names) {
    visit('', name, false);
  }
  return [...found].sort();
}
