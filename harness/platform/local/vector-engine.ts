import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve, sep } from 'node:path';
import { Failure } from '../../contract/failure.ts';

export const qdrantVariable = 'RAG_TESTBED_QDRANT_BIN';
export const redisVariable = 'RAG_TESTBED_REDIS_BIN';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Missing, unreadable and not executable all mean that it cannot be started.
    return false;
  }
}

/** A program by its name in PATH; undefined where it is not. */
function inPath(name: string, { PATH = '' }: NodeJS.ProcessEnv): string | undefined {
  return PATH.split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

/** Value of {@link redisVariable} that asks for the embedded cache node where there is a Redis. */
export const embeddedRedis = 'embedded';

/**
 * The Redis of this machine: what {@link redisVariable} names, else `redis-server` in PATH; undefined where there is none, or where the
 * variable says {@link embeddedRedis}.
 * @throws Failure as {@link executableNamedBy}.
 */
export function redisExecutable(environment: NodeJS.ProcessEnv): string | undefined {
  if (environment[redisVariable] === embeddedRedis) {
    return undefined;
  }
  return executableNamedBy(redisVariable, environment) ?? inPath('redis-server', environment);
}

/**
 * The executable that a variable names, by path or by a name found in PATH; `undefined` when the variable is unset or empty.
 * @throws Failure `environment` (75) naming the variable and its value when nothing executable is there.
 */
export function executableNamedBy(variable: string, environment: NodeJS.ProcessEnv): string | undefined {
  const value = environment[variable];
  if (value === undefined || value === '') {
    return undefined;
  }
  const found = value.includes(sep) ? [resolve(value)].find(isExecutable) : inPath(value, environment);
  if (found === undefined) {
    throw new Failure('environment', 'not_executable', `${variable} is "${value}", which is not an executable file`, {
      hint: `set ${variable} to the path of an executable, or unset it`,
    });
  }
  return found;
}
