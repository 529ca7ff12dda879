import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { componentSchema } from '../../contract/result.ts';
import type { Topology } from '../../contract/topology.ts';
import type { StartRequest } from '../platform.ts';
import { LocalPlatform } from './local-platform.ts';
import { writeFixtureSystem } from './testing/fixture-system.ts';
import { leftoversAfter, leftoversOf } from './testing/leftovers.ts';
import { qdrantVariable, redisVariable } from './vector-engine.ts';

const topology: Topology = {
  id: 'sharded',
  gateway: { replicas: 2 },
  query: { replicas: 2 },
  provider: { embeddings: 'instant', chat: 'instant' },
  vector: { shards: 3, sharding: 'hash' },
  resourceRule: 'equal-total',
};
const environment = { PATH: process.env.PATH, HOME: process.env.HOME, NODE_OPTIONS: '--no-such-option', SECRET_OF_USER: 'x' };

let directory = '';
let runDirectory = '';
let runId = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rag-testbed-'));
  runDirectory = join(directory, 'run');
  runId = `platform-${process.pid}-${Date.now()}`;
});
afterEach(async () => {
  expect(await leftoversAfter(runId, runDirectory, 5000)).toEqual([]);
  await rm(directory, { recursive: true });
});

function request(more: Partial<StartRequest> = {}): StartRequest {
  return {
    runId,
    runDirectory,
    variant: 'sharded',
    topology,
    dimensions: 64,
    conceptCount: 128,
    conceptSeed: 7,
    tenants: ['acme', 'globex'],
    ...more,
  };
}

async function environmentOf(port: number): Promise<Record<string, string>> {
  const response = await fetch(`http://127.0.0.1:${port}/`);
  return ((await response.json()) as { environment: Record<string, string> }).environment;
}

const { version: projectVersion } = createRequire(import.meta.url)('../../../package.json') as { version: string };

describe('the local platform', () => {
  it('starts every part of a topology, samples it, and leaves only logs', async () => {
    const events: string[] = [];
    const platform = new LocalPlatform({ environment, systemDirectory: await writeFixtureSystem(directory) });
    const system = await platform.start(request({ onEvent: (message) => events.push(message) }));
    try {
      const ids = ['gateway-0', 'gateway-1', 'indexer', 'postgres', 'provider', 'query-0', 'query-1', 'vector-0', 'vector-1', 'vector-2'];
      const samples = await system.sample();
      expect(samples.map(({ id }) => id).sort()).toEqual(ids);
      expect(samples.filter(({ residentBytes = 0 }) => residentBytes <= 0)).toEqual([]);
      // The clock ticks every 10 ms: a single process that starts quickly may not have been seen by it.
      expect(samples.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)).toBeGreaterThan(0);
      expect(events).toHaveLength(ids.length);
      expect(system.vectorNodes.map(({ id }) => id)).toEqual(['vector-0', 'vector-1', 'vector-2']);
      expect(system.gateways).toHaveLength(2);
      expect(system.components.map((component) => componentSchema.parse(component).tier).sort()).toEqual([
        'gateway',
        'indexer',
        'postgres',
        'provider',
        'query',
        'vector',
      ]);
      // The fixture claims to be Qdrant 9.8.7; what we started ourselves is named for what it is, in our own version.
      expect(system.components).toContainEqual({ tier: 'vector', engine: 'embedded vector node', version: projectVersion, embedded: true });

      const gateway = await environmentOf(system.gateways[1]?.port ?? 0);
      expect(gateway).toMatchObject({ RAG_TESTBED_RUN: runId, HOST: '127.0.0.1', PATH: process.env.PATH });
      expect(gateway).not.toHaveProperty('NODE_OPTIONS');
      expect(gateway).not.toHaveProperty('SECRET_OF_USER');
      const query = await environmentOf(Number(new URL(gateway.QUERY_URLS?.split(',')[1] ?? '').port));
      expect(query.QDRANT_URLS).toBe(system.vectorNodes.map(({ url }) => url).join(','));
      expect(query.INTERNAL_TOKEN).toBe(gateway.INTERNAL_TOKEN);

      const keysFile = await readFile(gateway.API_KEYS_FILE ?? '', 'utf8');
      expect(JSON.parse(keysFile)).toHaveLength(4);
      expect(system.apiKeys.every(({ key }) => !keysFile.includes(key))).toBe(true);
    } finally {
      await system.stop();
    }
    await system.stop();
    expect(leftoversOf(runId, runDirectory)).toEqual([]);
    expect(await readdir(runDirectory)).toEqual(['logs']);
    expect(await system.sample()).toEqual([]);
  });

  it('runs two variants of a run beside each other on one leash', async () => {
    const platform = new LocalPlatform({ environment, systemDirectory: await writeFixtureSystem(directory) });
    const small = { ...topology, gateway: { replicas: 1 }, query: { replicas: 1 }, vector: { shards: 1, sharding: 'hash' as const } };
    const [first, second] = await Promise.all([
      platform.start(request({ variant: 'first', topology: small })),
      platform.start(request({ variant: 'second', topology: small })),
    ]);
    expect(leftoversOf(runId, '/nowhere').filter((line) => line.includes('leash.ts'))).toHaveLength(1);
    expect(first.apiKeys[0]?.key).not.toBe(second.apiKeys[0]?.key);
    await first.stop();
    expect(await second.sample()).toHaveLength(6);
    expect((await fetch(`http://127.0.0.1:${second.gateways[0]?.port}/ready`)).status).toBe(200);
    await second.stop();
    expect(leftoversOf(runId, runDirectory)).toEqual([]);
    // And again in the same folder, as for the next repetition.
    await using third = await platform.start(request({ variant: 'first', topology: small }));
    expect(await third.sample()).toHaveLength(6);
  });

  it('fails when a part dies without having been told to', async () => {
    const platform = new LocalPlatform({ environment, systemDirectory: await writeFixtureSystem(directory) });
    await using system = await platform.start(request());
    const victim = (await system.sample()).find(({ id }) => id === 'vector-1');
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    await expect(system.failed).rejects.toMatchObject({
      code: 'part_died',
      exitCode: 75,
      message: expect.stringMatching(/vector-1 ended with signal SIGKILL while the system was running[\s\S]*listening on/),
    });
  });

  it('tells the last lines of a part that ends before it is ready, and stops the others', async () => {
    const systemDirectory = await writeFixtureSystem(directory, {
      indexer: `for (let i = 1; i <= 30; i++) console.error('complaint', i); process.exit(78);`,
    });
    const start = new LocalPlatform({ environment, systemDirectory }).start(request());
    await expect(start).rejects.toMatchObject({
      code: 'part_exited',
      exitCode: 75,
      message: expect.stringMatching(
        /^indexer ended with exit code 78 before it was ready; its last lines:\n {2}\| complaint 11\n[\s\S]*complaint 30$/,
      ),
      hint: expect.stringContaining('indexer.log'),
    });
    expect(leftoversOf(runId, runDirectory)).toEqual([]);
  });

  it('is interrupted by its signal, and leaves nothing', async () => {
    const systemDirectory = await writeFixtureSystem(directory, { query: `console.log('never ready'); setInterval(() => {}, 1000);` });
    const interrupt = new AbortController();
    const start = new LocalPlatform({ environment, systemDirectory }).start(request({ signal: interrupt.signal }));
    const rejected = expect(start).rejects.toMatchObject({ code: 'start_interrupted', exitCode: 130 });
    await expect
      .poll(() => readFile(join(runDirectory, 'logs', 'sharded', 'query-0.log'), 'utf8').catch(() => ''), { timeout: 20_000 })
      .toContain('never ready');
    interrupt.abort();
    await rejected;
    expect(leftoversOf(runId, runDirectory)).toEqual([]);
  });

  it('starts nothing when it was interrupted before', async () => {
    const platform = new LocalPlatform({ environment, systemDirectory: await writeFixtureSystem(directory) });
    await expect(platform.start(request({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ exitCode: 130 });
  });

  it('uses the port of the gateway that was asked for, and says when it is taken', async () => {
    const platform = new LocalPlatform({ environment, systemDirectory: await writeFixtureSystem(directory) });
    await using holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const gatewayPort = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(platform.start(request({ gatewayPort }))).rejects.toMatchObject({
      code: 'port_taken',
      exitCode: 75,
      message: `port ${gatewayPort} on 127.0.0.1 is taken`,
    });
    await new Promise((resolve) => holder.close(resolve));
    await using system = await platform.start(request({ gatewayPort }));
    expect(system.gateways[0]?.port).toBe(gatewayPort);
  });
});

describe('engines that the user names', () => {
  it.each([qdrantVariable, redisVariable])('are refused before anything starts when %s is not executable', async (variable) => {
    const platform = new LocalPlatform({ environment: { ...environment, [variable]: '/nowhere/engine' } });
    await expect(platform.start(request())).rejects.toMatchObject({
      exitCode: 75,
      message: expect.stringContaining(`${variable} is "/nowhere/engine"`),
    });
    await expect(readdir(runDirectory)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('serve the shards, by their own name and version', async () => {
    const systemDirectory = await writeFixtureSystem(directory, { 'vector-node': 'process.exit(1)' });
    const engine = join(directory, 'qdrant');
    await writeFile(engine, `#!/bin/sh\nexec "${process.execPath}" "${join(systemDirectory, 'provider', 'main.ts')}"\n`);
    await chmod(engine, 0o755);
    const platform = new LocalPlatform({ environment: { ...environment, [qdrantVariable]: engine }, systemDirectory });
    await using system = await platform.start(request());
    expect(system.components).toContainEqual({ tier: 'vector', engine: 'Qdrant', version: '9.8.7', embedded: false });
    const environments = await Promise.all(system.vectorNodes.map(({ url }) => environmentOf(Number(new URL(url).port))));
    expect(new Set(environments.map(({ QDRANT__SERVICE__GRPC_PORT }) => QDRANT__SERVICE__GRPC_PORT)).size).toBe(3);
    for (const { QDRANT__TELEMETRY_DISABLED, QDRANT__STORAGE__STORAGE_PATH } of environments) {
      expect(QDRANT__TELEMETRY_DISABLED).toBe('true');
      expect(QDRANT__STORAGE__STORAGE_PATH?.startsWith(runDirectory)).toBe(true);
    }
  });

  it('are blamed when they are no Qdrant', async () => {
    const platform = new LocalPlatform({
      environment: { ...environment, [qdrantVariable]: '/bin/true' },
      systemDirectory: await writeFixtureSystem(directory),
    });
    await expect(platform.start(request())).rejects.toMatchObject({
      exitCode: 75,
      message: expect.stringMatching(/^vector-\d ended with exit code 0 before it was ready; it wrote nothing$/),
      hint: `${qdrantVariable} is /bin/true: is that Qdrant?`,
    });
  });
});

describe('a runner that is killed', () => {
  it('leaves nothing, not even a stopped backend of PostgreSQL', async () => {
    const systemDirectory = await writeFixtureSystem(directory);
    const file = join(directory, 'runner.ts');
    await writeFile(
      file,
      `import { LocalPlatform } from ${JSON.stringify(new URL('./local-platform.ts', import.meta.url).href)};
const platform = new LocalPlatform({ systemDirectory: ${JSON.stringify(systemDirectory)} });
const system = await platform.start(${JSON.stringify(request())});
console.log(JSON.stringify((await system.sample()).find(({ id }) => id === 'postgres')));
setInterval(() => {}, 1000);`,
    );
    const runner = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: runner.stdout }).once('line', resolve);
      runner.once('exit', (code) => reject(new Error(`the runner ended with ${code}`)));
    });
    const { pid: postmaster } = JSON.parse(line) as { pid: number };
    const backend = leftoversOf(runId, runDirectory).find((process_) => process_.includes('checkpointer'));
    process.kill(Number.parseInt(backend ?? '', 10), 'SIGSTOP');
    // Its parent goes first, as in a crash: the backend is nobody's child then.
    process.kill(postmaster, 'SIGKILL');
    process.kill(-(runner.pid ?? 0), 'SIGKILL');
    expect(await leftoversAfter(runId, runDirectory, 10_000)).toEqual([]);
  });
});
