import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../../../contract/failure.ts';
import { isOlder } from '../engine-probe.ts';
import type { TreeEntry } from './image-tree.ts';

const execute = promisify(execFile);
/** Where servers may be although an ordinary user's PATH does not say so. */
const serverPlaces = ['/usr/sbin', '/usr/local/sbin'];
/** What entrypoints, and the waits and commands of testcontainers, use inside a container. */
const shellTools = ['sh', 'cat', 'ls', 'mkdir', 'chmod', 'rm', 'id', 'env', 'sleep', 'awk', 'grep'];

/** A program of this machine that a stand-in is made of. */
export interface Program {
  readonly path: string;
  /** Such as `7.0.15`. */
  readonly version: string;
}

/** The command that mends what is missing, on Debian and what descends from it. */
export function aptInstall(...packages: readonly string[]): string {
  return `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Missing, unreadable and not executable all mean that it cannot be used.
    return false;
  }
}

/**
 * The file of that name on PATH. Links are kept: Debian's redis-server is a link to a program that goes by its name.
 * @throws Failure `environment` (75) naming the Debian package that brings it.
 */
export function programNamed(name: string, debianPackages: readonly string[], environment: NodeJS.ProcessEnv = process.env): string {
  const places = [...(environment.PATH ?? '').split(delimiter).filter((place) => place !== ''), ...serverPlaces];
  const found = places.map((place) => join(place, name)).find(isProgram);
  if (found === undefined) {
    throw new Failure('environment', 'program_missing', `${name} is not on this machine`, { hint: aptInstall(...debianPackages) });
  }
  return found;
}

/** The newest PostgreSQL as Debian installs it: beside each other, one folder for each major version. */
export function postgresFolder(root = '/usr/lib/postgresql'): string {
  let majors: string[] = [];
  try {
    majors = readdirSync(root).filter(
      (name) => /^\d+$/.test(name) && ['postgres', 'initdb', 'psql'].every((program) => isProgram(join(root, name, 'bin', program))),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error;
    }
  }
  const newest = majors.map(Number).sort((left, right) => right - left)[0];
  if (newest === undefined) {
    throw new Failure('environment', 'program_missing', `no PostgreSQL below ${root} is on this machine`, {
      hint: aptInstall('postgresql'),
    });
  }
  return join(root, String(newest));
}

/**
 * Asks a server for its version.
 * @throws Failure `environment` (75) when it is older than what the system needs.
 */
export async function versionOf(path: string, pattern: RegExp, oldest: string): Promise<Program> {
  const { stdout } = await execute(path, ['--version']);
  const version = pattern.exec(stdout)?.[1];
  if (version === undefined) {
    throw new Failure('environment', 'program_version_unknown', `${path} --version says "${stdout.trim()}", which names no version`);
  }
  if (isOlder(version, oldest)) {
    throw new Failure('environment', 'program_too_old', `${path} is ${version}, the oldest that can be used is ${oldest}`, {
      hint: 'use a newer release of Debian, or let the engine reach a registry',
    });
  }
  return { path, version };
}

/** A shell and the few tools that a container of a server needs. */
export function shellPrograms(): readonly { readonly name: string; readonly path: string }[] {
  return shellTools.map((name) => ({ name, path: programNamed(name, ['dash', 'coreutils', 'mawk', 'grep']) }));
}

export function shellTree(programs: ReturnType<typeof shellPrograms>): TreeEntry[] {
  return programs.map(({ name, path }) => ({ target: `bin/${name}`, copyOf: path, mode: 0o755 }));
}
