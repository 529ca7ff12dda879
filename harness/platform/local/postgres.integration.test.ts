import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ports } from '../ports.ts';
import { initialisePostgres, startPostgres } from './postgres.ts';
import { createLibraryLinks } from './postgres-binaries.ts';
import { sampleProcesses } from './process-sample.ts';
import { RunContext } from './run-context.ts';
import { leftoversAfter, leftoversOf } from './testing/leftovers.ts';

let directory = '';
let runId = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rag-testbed-'));
  runId = `postgres-${process.pid}-${Date.now()}`;
});
afterEach(async () => {
  expect(await leftoversAfter(runId, directory, 5000)).toEqual([]);
  await rm(directory, { recursive: true });
});

async function initialise(context: RunContext, name: string) {
  return initialisePostgres(context.leash, {
    directory: join(context.stateDirectory, name, 'postgres'),
    logFile: join(directory, 'logs', `${name}.log`),
    environment: context.environmentOf(name),
  });
}

async function startIn(context: RunContext, name: string) {
  return startPostgres(context.leash, await initialise(context, name), await new Ports().take());
}

async function queryOf(url: string, text: string): Promise<Record<string, unknown> | undefined> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows[0];
  } finally {
    await client.end();
  }
}

describe('PostgreSQL', () => {
  it('starts under this user, answers, is durable, listens on 127.0.0.1 only, and leaves nothing', async () => {
    const context = await RunContext.open(runId, directory, process.env);
    try {
      const postgres = await startIn(context, 'single');
      expect(postgres.version).toMatch(/^\d+\.\d+/);
      expect(await queryOf(postgres.url, 'select 1 as one')).toEqual({ one: 1 });
      expect(
        await queryOf(
          postgres.url,
          `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
             current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
             pg_encoding_to_char(encoding) as encoding from pg_database where datname = current_database()`,
        ),
      ).toEqual({ fsync: 'on', commit: 'on', addresses: '127.0.0.1', sockets: '', encoding: 'UTF8' });
      await postgres.process.stop(2000);
      expect(leftoversOf(runId, directory)).toEqual([expect.stringContaining('leash.ts')]);
    } finally {
      await context.close();
    }
    expect(await readdir(directory)).toEqual(['logs']);
  });

  it('lets nobody in without the password, which is on no command line and in no file', async () => {
    const context = await RunContext.open(runId, directory, process.env);
    try {
      const cluster = await initialise(context, 'single');
      const { password } = cluster;
      const postgres = await startPostgres(context.leash, cluster, await new Ports().take());
      await expect(queryOf(postgres.url.replace(password, 'guess'), 'select 1')).rejects.toMatchObject({ code: '28P01' });
      for (const line of leftoversOf(runId, directory)) {
        expect(line).not.toContain(password);
      }
      const files = await readdir(directory, { recursive: true, withFileTypes: true });
      for (const file of files.filter((entry) => entry.isFile())) {
        expect(await readFile(join(file.parentPath, file.name), 'latin1')).not.toContain(password);
      }
    } finally {
      await context.close();
    }
  });

  it('keeps a row that was acknowledged before it was killed', async () => {
    const context = await RunContext.open(runId, directory, process.env);
    try {
      const cluster = await initialise(context, 'single');
      const postgres = await startPostgres(context.leash, cluster, await new Ports().take());
      await queryOf(postgres.url, 'create table kept as select 42 as answer');
      postgres.process.signal('SIGKILL');
      await postgres.process.exited;
      await expect.poll(() => leftoversOf(runId, directory)).toEqual([expect.stringContaining('leash.ts')]);
      const again = await startPostgres(context.leash, cluster, await new Ports().take());
      expect(await queryOf(again.url, 'select answer from kept')).toEqual({ answer: 42 });
    } finally {
      await context.close();
    }
  });

  it('counts the time of its backends, also of those that have ended', async () => {
    const context = await RunContext.open(runId, directory, process.env);
    try {
      const postgres = await startIn(context, 'single');
      const sample = async () => (await sampleProcesses([{ tier: 'postgres', id: 'postgres', pid: postgres.process.pid }]))[0];
      const before = await sample();
      await queryOf(postgres.url, 'select count(*) from generate_series(1, 3000000)');
      // The connection is closed: its backend has ended or is about to, and its time must not go with it.
      // A sample that falls between its end and its reaping may miss it once, so more than one is taken.
      await expect.poll(async () => ((await sample())?.cpuSeconds ?? 0) - (before?.cpuSeconds ?? 0)).toBeGreaterThan(0.05);
      expect(before?.residentBytes).toBeGreaterThan(1_000_000);
    } finally {
      await context.close();
    }
  });

  it('says why it did not start', async () => {
    const context = await RunContext.open(runId, directory, process.env);
    try {
      const cluster = await initialise(context, 'broken');
      await writeFile(join(cluster.directory, 'postgresql.conf'), 'no_such_setting = 1\n');
      const start = startPostgres(context.leash, cluster, await new Ports().take());
      await expect(start).rejects.toMatchObject({
        code: 'part_exited',
        exitCode: 75,
        message: expect.stringMatching(/postgres ended with exit code 1 before it was ready[\s\S]*no_such_setting/),
      });
    } finally {
      await context.close();
    }
  });
});

describe('createLibraryLinks', () => {
  const links = [
    { source: 'native/lib/libone.so.1.2', target: 'native/lib/libone.so' },
    { source: 'native/lib/libone.so.1.2', target: 'native/lib/libone.so.1' },
  ];

  async function writePackage(): Promise<string> {
    await mkdir(join(directory, 'native', 'lib'), { recursive: true });
    await writeFile(join(directory, 'native', 'lib', 'libone.so.1.2'), 'library');
    await writeFile(join(directory, 'native', 'pg-symlinks.json'), JSON.stringify(links));
    return directory;
  }

  it('creates what is missing, once, and mends what points elsewhere', async () => {
    const packageDirectory = await writePackage();
    await symlink('libone.so.1.1', join(directory, 'native/lib/libone.so'));
    expect(await createLibraryLinks(packageDirectory)).toBe(2);
    expect(await createLibraryLinks(packageDirectory)).toBe(0);
    expect(await readFile(join(directory, 'native/lib/libone.so'), 'utf8')).toBe('library');
    expect(await readFile(join(directory, 'native/lib/libone.so.1'), 'utf8')).toBe('library');
  });

  it('may be called by several runs at once', async () => {
    const packageDirectory = await writePackage();
    await Promise.all(Array.from({ length: 8 }, () => createLibraryLinks(packageDirectory)));
    expect((await readdir(join(directory, 'native/lib'))).sort()).toEqual(['libone.so', 'libone.so.1', 'libone.so.1.2']);
    expect((await lstat(join(directory, 'native/lib/libone.so'))).isSymbolicLink()).toBe(true);
  });
});
