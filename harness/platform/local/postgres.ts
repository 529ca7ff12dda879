import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { describeExit, type Leash, type LeashedProcess } from './leashed-process.ts';
import { findPostgres, type PostgresBinaries } from './postgres-binaries.ts';
import { type Probe, partFailure, waitUntilReady } from './readiness.ts';

const user = 'testbed';
const database = 'postgres';
const host = '127.0.0.1';
const connectLimitMs = 2000;

/** A cluster that was initialised once, to be copied for each variant of a run. */
export interface PostgresTemplate {
  readonly binaries: PostgresBinaries;
  readonly directory: string;
  readonly password: string;
}

export interface RunningPostgres {
  readonly process: LeashedProcess;
  readonly port: number;
  readonly url: string;
  /** As the server tells it, such as `18.4`. */
  readonly version: string;
}

/**
 * Sized for a test on one machine but durable: an acknowledged commit survives a kill, as in production. Only the copy of
 * the cluster itself is not synchronised to disk, because a run does not survive a power failure anyway.
 */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: host,
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '64MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // Nothing replicates this cluster or archives its log.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '1GB',
  // No checkpoint of its own accord falls into a measurement of minutes.
  checkpoint_timeout: '1h',
  // Compiling queries costs more than the short queries of this system take.
  jit: 'off',
  logging_collector: 'off',
  log_destination: 'stderr',
};

function connectionUrl(password: string, port: number): string {
  return `postgresql://${user}:${password}@${host}:${port}/${database}`;
}

/**
 * Initialises a cluster below `stateDirectory` (about half a second). `password` must need no escaping in a URL.
 * @throws Failure `environment` (75) when PostgreSQL is missing, refuses this user, or initdb fails.
 */
export async function createPostgresTemplate(
  leash: Leash,
  options: { stateDirectory: string; logFile: string; environment: Readonly<Record<string, string>>; password: string },
): Promise<PostgresTemplate> {
  const binaries = await findPostgres();
  const directory = join(options.stateDirectory, 'postgres-template');
  const unfinished = `${directory}.unfinished`;
  const passwordFile = join(options.stateDirectory, 'postgres-password');
  await rm(directory, { recursive: true, force: true });
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(options.stateDirectory, { recursive: true });
  // A file, because every user of the machine can read the command line of a process.
  await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 });
  try {
    const initdb = await leash.spawn({
      id: 'initdb',
      command: binaries.initdb.command,
      arguments: [
        ...binaries.initdb.prefix,
        `--pgdata=${unfinished}`,
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
      workingDirectory: options.stateDirectory,
      logFile: options.logFile,
    });
    const exit = await initdb.exited;
    if (exit.code !== 0) {
      throw await partFailure(initdb, 'postgres_not_initialised', `ended with ${describeExit(exit)}`);
    }
    await rename(unfinished, directory);
  } finally {
    await rm(passwordFile, { force: true });
  }
  return { binaries, directory, password: options.password };
}

/** Ready when a real client can log in and select; a port that accepts connections is not enough. */
export function postgresProbe(url: string): Probe {
  return async (signal) => {
    signal.throwIfAborted();
    const client = new Client({ connectionString: url, connectionTimeoutMillis: connectLimitMs });
    try {
      await client.connect();
      await client.query('select 1');
    } finally {
      await client.end();
    }
  };
}

async function serverVersion(url: string): Promise<string> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: connectLimitMs });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version ?? 'unknown';
  } finally {
    await client.end();
  }
}

/**
 * Starts a copy of the template on a port and waits until it answers.
 * @throws Failure `environment` (75) with its last log lines; by then it has been ended.
 */
export async function startPostgres(
  leash: Leash,
  template: PostgresTemplate,
  options: {
    directory: string;
    port: number;
    logFile: string;
    environment: Readonly<Record<string, string>>;
    signal?: AbortSignal | undefined;
  },
): Promise<RunningPostgres> {
  await rm(options.directory, { recursive: true, force: true });
  await mkdir(dirname(options.directory), { recursive: true });
  await cp(template.directory, options.directory, { recursive: true });
  const { command, prefix } = template.binaries.postgres;
  const postgres = await leash.spawn({
    id: 'postgres',
    command,
    arguments: [
      ...prefix,
      '-D',
      options.directory,
      ...Object.entries({ ...settings, port: String(options.port) }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    environment: options.environment,
    workingDirectory: options.directory,
    logFile: options.logFile,
    // SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
    endSignal: 'SIGINT',
  });
  const url = connectionUrl(template.password, options.port);
  try {
    const probed = `select 1 on ${host}:${options.port}`;
    await waitUntilReady({ process: postgres, probe: postgresProbe(url), probed, signal: options.signal });
    return { process: postgres, port: options.port, url, version: await serverVersion(url) };
  } catch (error) {
    await postgres.stop(0);
    throw error;
  }
}
