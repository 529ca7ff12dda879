import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobResponseSchema, writeResponseSchema } from '../../system/api/documents.ts';
import { headers } from '../../system/api/headers.ts';
import { searchResponseSchema } from '../../system/api/search.ts';
import { dockerLack, leftOut } from '../platform/docker/testing/available.ts';
import { exportedKeys } from './testing/exported-keys.ts';

const run = promisify(execFile);
const readyLimitMs = 90_000;
const pollMs = 250;

/** Compose 2 where its plugin is installed, else docker-compose 1.29. */
const compose = [['docker', 'compose'] as const, ['docker-compose'] as const].find(
  ([program, ...words]) => spawnSync(program, [...words, 'version']).status === 0,
);
const noCompose = compose === undefined ? 'neither docker compose nor docker-compose is installed' : undefined;
if (noCompose !== undefined && process.env.RAG_TESTBED_REQUIRE_DOCKER === '1') {
  throw new Error(`RAG_TESTBED_REQUIRE_DOCKER=1, but ${noCompose}`);
}
const lack = (await dockerLack()) ?? noCompose;

/** Found by the command line that a user has, not by the code under test. */
async function docker(...words: string[]): Promise<string[]> {
  const { stdout } = await run('docker', words);
  return stdout.split('\n').filter((line) => line !== '');
}

interface Container {
  readonly Config: { readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: {
    readonly NanoCpus: number;
    readonly Memory: number;
    readonly MemorySwap: number;
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>> | null;
  };
  readonly Mounts: readonly { readonly Name?: string }[];
  readonly State: { readonly Health?: { readonly Status: string } };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.skipIf(lack !== undefined)(`an exported Compose file${leftOut(lack)}`, () => {
  const project = `rag-testbed-export-${randomBytes(6).toString('hex')}`;
  const [program, ...subcommand] = compose ?? ['docker-compose'];
  let folder: string;
  let gatewayPort: number;
  let keys: ReturnType<typeof exportedKeys>;
  let isUp = false;
  const inCompose = async (...more: string[]) =>
    run(program, [...subcommand, '-f', path.join(folder, 'compose.yaml'), '-p', project, ...more], { cwd: folder });
  const ofProject = ['--filter', `label=com.docker.compose.project=${project}`];
  const labelled = ['--filter', 'label=rag-testbed.export=single-vs-sharded.router-hash-3', ...ofProject];
  const containers = async () => {
    const ids = await docker('ps', '-aq', ...ofProject);
    const found = JSON.parse((await docker('inspect', ...ids)).join('\n')) as Container[];
    return new Map(found.map((container) => [container.Config.Labels['com.docker.compose.service'], container]));
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rag-testbed-compose-'));
    gatewayPort = await freePort();
    const file = path.join(folder, 'compose.yaml');
    const words = `export compose single-vs-sharded router-hash-3 --profile smoke --gateway-port ${gatewayPort} --out ${file}`;
    const { stderr } = await run(process.execPath, ['--import', 'tsx', 'harness/cli/main.ts', ...words.split(' ')]);
    keys = exportedKeys(stderr);
    isUp = true;
    await inCompose('up', '-d');
  }, readyLimitMs);

  afterAll(async () => {
    if (isUp) {
      await inCompose('down', '-v');
    }
    await rm(folder, { recursive: true, force: true });
  });

  it('becomes healthy in every part', async () => {
    const deadlineMs = performance.now() + readyLimitMs;
    const unhealthy = async () =>
      [...(await containers())].filter(([, { State }]) => State.Health?.Status !== 'healthy').map(([service]) => service);
    while ((await unhealthy()).length > 0 && performance.now() < deadlineMs) {
      await delay(pollMs);
    }
    expect(await unhealthy()).toEqual([]);
    const services = ['gateway-0', 'indexer', 'postgres', 'provider', 'query-0', 'vector-0', 'vector-1', 'vector-2'];
    expect(new Set((await containers()).keys())).toEqual(new Set(services));
  });

  it('takes a document and finds it on three shards of three', async () => {
    const key = keys.find(({ tenant, role }) => tenant === 'tenant-1' && role === 'writer')?.key ?? '';
    const call = async (method: string, route: string, body?: unknown) => {
      const response = await fetch(`http://127.0.0.1:${gatewayPort}${route}`, {
        method,
        headers: { [headers.apiKey]: key, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      expect([route, response.status]).toEqual([route, method === 'POST' && route === '/v1/documents' ? 202 : 200]);
      return response.json();
    };
    const content = 'A Compose file started every part of this system.';
    const written = writeResponseSchema.parse(await call('POST', '/v1/documents', { documents: [{ doc_id: 'started', content }] }));
    const isApplied = async () => jobResponseSchema.parse(await call('GET', `/v1/jobs/${written.job_id}`)).status === 'completed';
    await expect.poll(isApplied, { interval: pollMs, timeout: 20_000 }).toBe(true);
    const answer = searchResponseSchema.parse(await call('POST', '/v1/search', { query_text: 'what started every part?', top_k: 3 }));
    expect(answer.results.map(({ doc_id, content: found }) => [doc_id, found])).toEqual([['started', content]]);
    expect(answer.evidence).toMatchObject({ shards: { asked: 3, answered: 3 }, degraded: false });
  });

  it('refuses who has no key', async () => {
    const response = await fetch(`http://127.0.0.1:${gatewayPort}/v1/documents`);
    expect(response.status).toBe(401);
  });

  it('gives the vector nodes their share of half a core and a gibibyte, and no swap', async () => {
    const nodes = [...(await containers())].filter(([service]) => service?.startsWith('vector-')).map(([, { HostConfig }]) => HostConfig);
    expect(nodes).toHaveLength(3);
    for (const { NanoCpus, Memory, MemorySwap } of nodes) {
      // Some releases of Compose keep cores in single precision.
      expect(NanoCpus / 1e9).toBeCloseTo(0.166, 6);
      expect(Memory).toBe(Math.floor(1024 / 3) * 1024 * 1024);
      expect(MemorySwap).toBe(Memory);
    }
  });

  it('publishes the gateway on 127.0.0.1 and nothing else', async () => {
    const published = [...(await containers())].flatMap(([service, { HostConfig }]) =>
      Object.entries(HostConfig.PortBindings ?? {}).flatMap(([port, bindings]) =>
        bindings.map(({ HostIp, HostPort }) => [service, port, HostIp, HostPort]),
      ),
    );
    expect(published).toEqual([['gateway-0', '8080/tcp', '127.0.0.1', String(gatewayPort)]]);
  });

  it('is found by its label in every container, network and volume, and leaves none of them', async () => {
    const listed = async (filters: readonly string[]) =>
      Promise.all([docker('ps', '-aq', ...filters), docker('network', 'ls', '-q', ...filters), docker('volume', 'ls', '-q', ...filters)]);
    const before = await listed(ofProject);
    expect(before.map(({ length }) => length > 0)).toEqual([true, true, true]);
    expect(await listed(labelled)).toEqual(before);
    const mounted = [...(await containers()).values()].flatMap(({ Mounts }) => Mounts.flatMap(({ Name }) => Name ?? []));
    // No volume without a name: nobody would find it again.
    expect(new Set(mounted)).toEqual(new Set(before[2]));

    await inCompose('down', '-v');
    isUp = false;
    expect(await listed(ofProject)).toEqual([[], [], []]);
    const volumes = await docker('volume', 'ls', '-q');
    expect(mounted.filter((name) => volumes.includes(name))).toEqual([]);
  });
});
