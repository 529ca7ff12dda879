import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { single } from '../../../scenarios/topologies.ts';
import { headers } from '../../../system/api/headers.ts';
import { askResponseSchema } from '../../../system/api/search.ts';
import { componentSchema } from '../../contract/result.ts';
import { type Topology, vectorNodeCount } from '../../contract/topology.ts';
import type { Platform, StartRequest } from '../platform.ts';

export const sharded: Topology = { ...single, id: 'sharded', query: { replicas: 2 }, vector: { shards: 3, sharding: 'hash' } };

/** Two query processes that share a Redis. */
const cached: Topology = {
  ...single,
  id: 'cached',
  query: { replicas: 2 },
  cache: { answers: { ttlSeconds: 60, expiry: 'absolute' }, sessions: true },
};

async function search(port: number, key?: string, body: unknown = { query_text: 'anything', top_k: 10 }) {
  const response = await fetch(`http://127.0.0.1:${port}/v1/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { [headers.apiKey]: key }) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

/** What a test of one platform has to know besides the contract. */
export interface PlatformUnderTest {
  readonly create: () => Platform;
  /** What is left of a run; empty when everything is gone. */
  readonly leftovers: (runId: string, runDirectory: string) => Promise<string[]>;
}

/** The promises of `Platform`, tested alike on every platform. Call it inside a `describe`. */
export function describePlatformContract({ create, leftovers }: PlatformUnderTest): void {
  let runDirectory = '';
  let runId = '';
  beforeEach(async () => {
    runDirectory = await mkdtemp(join(tmpdir(), 'rag-testbed-'));
    runId = `contract-${process.pid}-${Date.now()}`;
  });
  afterEach(async () => {
    expect(await leftovers(runId, runDirectory)).toEqual([]);
    await rm(runDirectory, { recursive: true });
  });
  const request = (topology: Topology, more: Partial<StartRequest> = {}): StartRequest => ({
    runId,
    runDirectory,
    variant: topology.id,
    topology,
    dimensions: 32,
    conceptCount: 64,
    conceptSeed: 1,
    tenants: ['acme'],
    ...more,
  });

  it.each([single, sharded, cached])(
    'becomes ready as $id, knows its keys, tells what each part uses, and leaves nothing',
    async (topology) => {
      const system = await create().start(request(topology));
      try {
        const samples = await system.sample();
        expect(samples).toHaveLength(
          4 + topology.query.replicas + vectorNodeCount(topology.vector) + (topology.cache === undefined ? 0 : 1),
        );
        // A Redis that nobody has asked yet may have used less than the kernel counts.
        const idle = ({ tier, cpuSeconds }: (typeof samples)[number]) => cpuSeconds < 0 || (cpuSeconds === 0 && tier !== 'redis');
        expect(samples.filter((sample) => idle(sample) || (sample.residentBytes ?? 0) <= 0)).toEqual([]);
        expect(system.components.map((component) => componentSchema.parse(component).tier).sort()).toEqual([
          'gateway',
          'indexer',
          'postgres',
          'provider',
          'query',
          ...(topology.cache === undefined ? [] : ['redis']),
          'vector',
        ]);
        const port = system.gateways[0]?.port ?? 0;
        expect((await search(port)).status).toBe(401);
        expect((await search(port, 'rt-guess')).status).toBe(401);
        for (const { key } of system.apiKeys) {
          expect(await search(port, key)).toMatchObject({ status: 200 });
        }
      } finally {
        await system.stop();
      }
      await system.stop();
      expect(await leftovers(runId, runDirectory)).toEqual([]);
    },
  );

  it('serves an answer a second time from the cache that all query processes share', async () => {
    await using system = await create().start(request(cached));
    const [gateway] = system.gateways;
    const ask = async () => {
      const response = await fetch(`http://127.0.0.1:${gateway?.port ?? 0}/v1/ask`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [headers.apiKey]: system.apiKeys[0]?.key ?? '' },
        body: JSON.stringify({ query: 'what is asked twice?', top_k: 3 }),
      });
      const { answer, evidence } = askResponseSchema.parse(await response.json());
      return { answer, cacheTier: evidence.cache_tier };
    };
    const first = await ask();
    expect(first.cacheTier).toBe('none');
    // The gateway takes turns, so that one of the next two goes to the process that has never seen the question.
    expect([await ask(), await ask()]).toEqual([
      { ...first, cacheTier: 'redis' },
      { ...first, cacheTier: 'redis' },
    ]);
  });

  it('runs two variants of a run beside each other and ends each by itself', async () => {
    const platform = create();
    const [first, second] = await Promise.all([
      platform.start(request(single, { variant: 'first' })),
      platform.start(request(single, { variant: 'second' })),
    ]);
    expect(first.apiKeys[0]?.key).not.toBe(second.apiKeys[0]?.key);
    await first.stop();
    const [gateway] = second.gateways;
    expect((await search(gateway?.port ?? 0, second.apiKeys[0]?.key)).status).toBe(200);
    await second.stop();
    // And again in the same folder, as for the next repetition.
    await using third = await platform.start(request(single, { variant: 'first' }));
    expect(third.gateways).toHaveLength(1);
  });

  it('leaves nothing of a start that is interrupted', async () => {
    const interruption = new AbortController();
    const start = create().start(request(sharded, { signal: interruption.signal, onEvent: () => interruption.abort() }));
    await expect(start).rejects.toMatchObject({ code: 'start_interrupted', exitCode: 130 });
    expect(await leftovers(runId, runDirectory)).toEqual([]);
  });

  it('starts nothing when it has been interrupted before', async () => {
    await expect(create().start(request(single, { signal: AbortSignal.abort() }))).rejects.toMatchObject({ exitCode: 130 });
  });

  it('uses the port of the gateway that was asked for, and says when it is taken', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const gatewayPort = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(create().start(request(single, { gatewayPort }))).rejects.toMatchObject({
      code: 'port_taken',
      exitCode: 75,
      message: `port ${gatewayPort} on 127.0.0.1 is taken`,
    });
    await new Promise((resolve) => holder.close(resolve));
    await using system = await create().start(request(single, { gatewayPort }));
    expect(system.gateways[0]?.port).toBe(gatewayPort);
  });

  it('fails when a part dies without having been told to, and says which', async () => {
    await using system = await create().start(request(sharded));
    const victim = (await system.sample()).find(({ id }) => id === 'vector-1');
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    await expect(system.failed).rejects.toMatchObject({
      code: 'part_died',
      exitCode: 75,
      message: expect.stringMatching(/^vector-1 (of sharded .*)?ended with .* while the system was running; its last lines:\n/),
    });
  });
}
