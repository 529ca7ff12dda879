import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headers } from '../../../system/api/headers.ts';
import type { Topology } from '../../contract/topology.ts';
import { LocalPlatform } from './local-platform.ts';
import { leftoversAfter, leftoversOf } from './testing/leftovers.ts';

let directory = '';
let runId = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rag-testbed-'));
  runId = `reference-${process.pid}-${Date.now()}`;
});
afterEach(async () => {
  expect(await leftoversAfter(runId, directory, 5000)).toEqual([]);
  await rm(directory, { recursive: true });
});

const single: Topology = {
  id: 'single',
  gateway: { replicas: 1 },
  query: { replicas: 1 },
  provider: { embeddings: 'instant', chat: 'instant' },
  vector: { shards: 1, sharding: 'hash' },
  resourceRule: 'equal-total',
};
const sharded: Topology = { ...single, id: 'sharded', query: { replicas: 2 }, vector: { shards: 3, sharding: 'hash' } };

async function searchStatus(port: number, key?: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { [headers.apiKey]: key }) },
    body: JSON.stringify({ query_text: 'anything', top_k: 10 }),
  });
  await response.arrayBuffer();
  return response.status;
}

describe('the reference system on the local platform', () => {
  it.each([single, sharded])('becomes ready as $id, knows its keys, and leaves nothing', async (topology) => {
    const platform = new LocalPlatform({ environment: { PATH: process.env.PATH, HOME: process.env.HOME } });
    const system = await platform.start({
      runId,
      runDirectory: directory,
      variant: topology.id,
      topology,
      dimensions: 32,
      conceptCount: 64,
      conceptSeed: 1,
      tenants: ['acme'],
    });
    try {
      expect(await system.sample()).toHaveLength(4 + topology.query.replicas + topology.vector.shards);
      expect(system.components).toContainEqual(expect.objectContaining({ tier: 'vector', engine: 'embedded vector node', embedded: true }));
      const port = system.gateways[0]?.port ?? 0;
      expect(await searchStatus(port)).toBe(401);
      expect(await searchStatus(port, 'rt-guess')).toBe(401);
      for (const { key } of system.apiKeys) {
        expect(await searchStatus(port, key)).toBe(200);
      }
    } finally {
      await system.stop();
    }
    expect(leftoversOf(runId, directory)).toEqual([]);
    expect(await readdir(directory)).toEqual(['logs']);
  });
});
