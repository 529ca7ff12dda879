import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headers } from '../../../system/api/headers.ts';
import { type AskResponse, askResponseSchema } from '../../../system/api/search.ts';
import { topologySchema } from '../../contract/topology.ts';
import type { RunningSystem, StartRequest } from '../platform.ts';
import { LocalPlatform } from './local-platform.ts';
import { runVariable } from './process-table.ts';
import { leftoversAfter } from './testing/leftovers.ts';
import { embeddedRedis, redisExecutable, redisVariable } from './vector-engine.ts';

const topology = topologySchema.parse({
  id: 'cached',
  gateway: { replicas: 1 },
  query: { replicas: 2 },
  provider: { embeddings: 'instant', chat: 'instant' },
  vector: { sharding: 'hash', shards: 1 },
  cache: { sessions: true, answers: { ttlSeconds: 60, expiry: 'absolute' }, maximumMemoryMiB: 32 },
  resourceRule: 'equal-total',
});

let directory = '';
let runId = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rag-testbed-'));
  runId = `cache-${process.pid}-${Date.now()}`;
});
afterEach(async () => {
  expect(await leftoversAfter(runId, directory, 5000)).toEqual([]);
  await rm(directory, { recursive: true });
});

const request = (more: Partial<StartRequest> = {}): StartRequest => ({
  runId,
  runDirectory: directory,
  variant: topology.id,
  topology,
  dimensions: 32,
  conceptCount: 32,
  conceptSeed: 1,
  tenants: ['acme'],
  ...more,
});

async function ask({ gateways, apiKeys }: RunningSystem, body: object): Promise<AskResponse> {
  const response = await fetch(`http://127.0.0.1:${gateways[0]?.port}/v1/ask`, {
    method: 'POST',
    headers: { [headers.apiKey]: apiKeys[0]?.key ?? '', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return askResponseSchema.parse(await response.json());
}

const real = redisExecutable(process.env);

const machines = [
  {
    title: 'the embedded cache node',
    environment: { ...process.env, [redisVariable]: embeddedRedis },
    component: { engine: 'embedded cache node', embedded: true },
  },
  {
    title: real === undefined ? 'Redis (left out: no redis-server is on the PATH)' : 'Redis',
    environment: process.env,
    component: { engine: 'Redis', embedded: false },
    isLeftOut: real === undefined,
  },
];

describe.each(machines)('a topology with a cache on $title', ({ environment, component, isLeftOut = false }) => {
  it.skipIf(isLeftOut)('keeps answers and conversations for every query process, lets nobody else in, and says what serves', async () => {
    const events: string[] = [];
    const onEvent = (message: string) => void events.push(message);
    await using system = await new LocalPlatform({ environment }).start(request({ onEvent }));
    expect(system.components.filter(({ tier }) => tier === 'redis')).toMatchObject([component]);
    const [sample] = (await system.sample()).filter(({ tier }) => tier === 'redis');
    expect(sample).toMatchObject({ id: 'redis', residentBytes: expect.any(Number) });

    const tiers = () => Promise.all([1, 2].map(async () => (await ask(system, { query: 'what is kept?' })).evidence.cache_tier));
    // The gateway goes round its two query processes, so both have it.
    await expect.poll(tiers, { timeout: 5_000 }).toEqual(['redis', 'redis']);
    for (let turn = 0; turn < 4; turn += 1) {
      const { evidence } = await ask(system, { query: `turn ${turn}`, session_id: 'talk' });
      expect(evidence).toMatchObject({ degraded: false, degraded_reason: null });
    }

    // By this a killed run's leftovers are found; Redis would write its title over it.
    expect(await readFile(`/proc/${sample?.pid}/environ`, 'utf8')).toContain(`${runVariable}=${runId}`);
    const commandLine = await readFile(`/proc/${sample?.pid}/cmdline`, 'utf8');
    expect(commandLine).not.toMatch(/requirepass/i);
    const port = Number(/: redis ready after \d+ ms \(port (\d+),/.exec(events.join('\n'))?.[1]);
    const client = createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: false } }).on('error', () => undefined);
    await expect(client.connect()).rejects.toThrow('NOAUTH');
  });
});

it('a Redis that is none: the start fails with its name, and everything is gone', async () => {
  const environment = { ...process.env, [redisVariable]: '/bin/false' };
  await expect(new LocalPlatform({ environment }).start(request())).rejects.toMatchObject({
    exitCode: 75,
    code: 'part_exited',
    message: expect.stringContaining('redis ended with exit code 1'),
    hint: expect.stringContaining(redisVariable),
  });
  await expect(stat(join(directory, 'state', topology.id))).rejects.toMatchObject({ code: 'ENOENT' });
});

it('a topology without a cache starts none', async () => {
  const { cache: _none, ...plain } = topology;
  await using system = await new LocalPlatform().start(request({ topology: plain }));
  expect(system.components.some(({ tier }) => tier === 'redis')).toBe(false);
  const { evidence } = await ask(system, { query: 'anything' });
  expect(evidence.cache_tier).toBe('none');
});
