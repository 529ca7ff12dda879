import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve, sep } from 'node:path';
import { z } from 'zod';
import { Failure } from '../../contract/failure.ts';
import { getOnce } from '../http-get.ts';

export const qdrantVariable = 'RAG_TESTBED_QDRANT_BIN';
export const redisVariable = 'RAG_TESTBED_REDIS_BIN';
const versionLimitMs = 2000;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Missing, unreadable and not executable all mean that it cannot be started.
    return false;
  }
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
  const candidates = value.includes(sep)
    ? [resolve(value)]
    : (environment.PATH ?? '')
        .split(delimiter)
        .filter((directory) => directory !== '')
        .map((directory) => join(directory, value));
  const found = candidates.find(isExecutable);
  if (found === undefined) {
    throw new Failure('environment', 'not_executable', `${variable} is "${value}", which is not an executable file`, {
      hint: `set ${variable} to the path of an executable, or unset it`,
    });
  }
  return found;
}

const versionSchema = z.object({ title: z.string(), version: z.string() });

/** What a vector node says about itself at `GET /`. */
export async function askVectorNodeVersion(url: string): Promise<z.output<typeof versionSchema>> {
  const { body } = await getOnce(url, AbortSignal.timeout(versionLimitMs));
  try {
    return versionSchema.parse(JSON.parse(body));
  } catch (error) {
    throw new Failure('environment', 'vector_node_unknown', `GET ${url} does not tell title and version: ${body.slice(0, 200)}`, {
      cause: error,
    });
  }
}

/** The name of an engine for a report: what we started ourselves is never presented as Qdrant. */
export function vectorEngineName(title: string, embedded: boolean): string {
  if (embedded) {
    return 'embedded vector node';
  }
  return /^qdrant\b/i.test(title) ? 'Qdrant' : title;
}
