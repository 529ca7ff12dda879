import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { postgresArguments, postgresSettings } from '../../rendering/postgres-settings.ts';
import { randomSecret } from '../api-keys.ts';
import { askPostgresVersion } from '../postgres-version.ts';
import { describeExit, type Leash, type LeashedProcess } from './leashed-process.ts';
import { findPostgres, type PostgresCommand } from './postgres-binaries.ts';
import { type Probe, partFailure, waitUntilReady } from './readiness.ts';

const user = 'testbed';
const database = 'postgres';
const host = '127.0.0.1';

export interface RunningPostgres {
  readonly process: LeashedProcess;
  readonly port: number;
  readonly url: string;
  /** As the server tells it, such as `18.4`. */
  readonly version: string;
}

/** Only the empty cluster is not synchronised to disk, because a run does not survive a power failure anyway. */
const settings: Readonly<Record<string, string>> = { ...postgresSettings, listen_addresses: host, unix_socket_directories: '' };

export interface PostgresOptions {
  /** Created; receives the cluster. */
  readonly directory: string;
  readonly logFile: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** A cluster on disk, and how to run and enter it. */
export interface PostgresCluster extends PostgresOptions {
  readonly command: PostgresCommand;
  readonly password: string;
}

/**
 * Initialises a cluster, which takes about half a second. Each variant has its own: copying one takes nearly as long,
 * because most of the time goes into creating a thousand files.
 * @throws Failure `environment` (75) when PostgreSQL is missing, refuses this user, or initdb fails.
 */
export async function initialisePostgres(leash: Leash, options: PostgresOptions): Promise<PostgresCluster> {
  const { initdb, postgres } = await findPostgres();
  const password = randomSecret();
  const passwordFile = `${options.directory}-password`;
  await mkdir(dirname(options.directory), { recursive: true });
  // A file, because every user of the machine can read the command line of a process.
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    const process = await leash.spawn({
      id: 'initdb',
      command: initdb.command,
      arguments: [
        ...initdb.prefix,
        `--pgdata=${options.directory}`,
        `--username=${user}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-sync',
      ],
      environment: options.environment,
      workingDirectory: dirname(options.directory),
      logFile: options.logFile,
    });
    const exit = await process.exited;
    if (exit.code !== 0) {
      throw await partFailure(process, 'postgres_not_initialised', `ended with ${describeExit(exit)}`);
    }
  } finally {
    await rm(passwordFile, { force: true });
  }
  return { ...options, command: postgres, password };
}

/**
 * Starts the server of a cluster and waits until a client can log in and ask; a port that accepts connections is not enough.
 * @throws Failure `environment` (75) with its last log lines; by then it has been ended.
 */
export async function startPostgres(leash: Leash, cluster: PostgresCluster, port: number): Promise<RunningPostgres> {
  const { command, password, directory } = cluster;
  const postgres = await leash.spawn({
    id: 'postgres',
    command: command.command,
    arguments: [...command.prefix, '-D', directory, ...postgresArguments({ ...settings, port: String(port) })],
    environment: cluster.environment,
    workingDirectory: directory,
    logFile: cluster.logFile,
    // SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
    endSignal: 'SIGINT',
  });
  const url = `postgresql://${user}:${password}@${host}:${port}/${database}`;
  let version = '';
  const probe: Probe = async (signal) => {
    signal.throwIfAborted();
    version = await askPostgresVersion(url);
  };
  try {
    await waitUntilReady({ process: postgres, probe, probed: `show server_version on ${host}:${port}`, signal: cluster.signal });
    return { process: postgres, port, url, version };
  } catch (error) {
    await postgres.stop(0);
    throw error;
  }
}
