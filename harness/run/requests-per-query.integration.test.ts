import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { jobResponseSchema, writeResponseSchema } from '../../system/api/documents.ts';
import { headers } from '../../system/api/headers.ts';
import { searchResponseSchema } from '../../system/api/search.ts';
import { type Topology, topologySchema } from '../contract/topology.ts';
import { LocalPlatform } from '../platform/local/local-platform.ts';
import { leftoversAfter } from '../platform/local/testing/leftovers.ts';
import type { RunningSystem } from '../platform/platform.ts';
import { requestsOf, scatteredOf } from './fan-out.ts';

/*
 * The requests behind a search are derived from what its answer tells. Here they are counted where they arrive: by the gateway, the
 * query tier, the provider and every vector node.
 */

const searches = 8;
let directory = '';
let runId = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rag-testbed-'));
  runId = `requests-${process.pid}-${Date.now()}`;
});
afterEach(async () => {
  expect(await leftoversAfter(runId, directory, 5000)).toEqual([]);
  await rm(directory, { recursive: true });
});

const counters = {
  ours: /^http_server_request_duration_seconds_count\{[^}]*http_request_method="POST"[^}]*\} (\d+)$/gm,
  vector: /^rest_responses_total\{[^}]*method="POST"[^}]*endpoint="[^"]*\/points\/query[^"]*"[^}]*\} (\d+)$/gm,
} as const;

/** Requests that arrived so far at every server that a search may reach. */
async function arrived({ metricsSources }: RunningSystem): Promise<number> {
  const asked = metricsSources.filter(({ tier }) => tier !== 'indexer');
  const counts = await Promise.all(
    asked.map(async ({ tier, url }) => {
      const text = await (await fetch(url)).text();
      return [...text.matchAll(counters[tier === 'vector' ? 'vector' : 'ours'])].reduce((sum, [, count]) => sum + Number(count), 0);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

const cases: Record<string, Pick<Topology, 'vector'> & Partial<Topology>> = {
  'one node': { vector: { sharding: 'hash', shards: 1 } },
  'three hash shards, both lists': { vector: { sharding: 'hash', shards: 3 }, retrieval: 'hybrid' },
  'two of three shards by meaning': { vector: { sharding: 'semantic', shards: 3, probes: 2 } },
  'one node and a reranker': { vector: { sharding: 'hash', shards: 1 }, rerank: true },
};

it.each(Object.entries(cases))(
  'of %s are as many as arrive',
  async (name, parts) => {
    const topology = topologySchema.parse({
      id: 'counted',
      gateway: { replicas: 1 },
      query: { replicas: 1 },
      provider: { embeddings: 'instant', chat: 'instant' },
      resourceRule: 'equal-total',
      ...parts,
    });
    await using system = await new LocalPlatform().start({
      runId,
      runDirectory: directory,
      variant: 'counted',
      topology,
      dimensions: 32,
      conceptCount: 32,
      conceptSeed: 1,
      tenants: ['acme'],
    });
    const key = system.apiKeys.find(({ role }) => role === 'writer')?.key ?? '';
    const call = async (method: string, path: string, body?: unknown): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${system.gateways[0]?.port}${path}`, {
        method,
        headers: { [headers.apiKey]: key, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      expect(response.ok).toBe(true);
      return response.text();
    };
    const search = async (text: string) => call('POST', '/v1/search', { query_text: text, top_k: 3 });
    const documents = Array.from({ length: 60 }, (_, index) => ({ doc_id: `d${index}`, content: `document number ${index} of sixty` }));
    const { job_id } = writeResponseSchema.parse(JSON.parse(await call('POST', '/v1/documents', { documents })));
    await expect
      .poll(async () => jobResponseSchema.parse(JSON.parse(await call('GET', `/v1/jobs/${job_id}`))).status, { timeout: 20_000 })
      .toBe('completed');
    // Until it knows the centroids the query tier asks every shard.
    const asked = name.startsWith('two of three') ? 2 : topology.vector.shards;
    await expect
      .poll(async () => searchResponseSchema.parse(JSON.parse(await search('anything'))).evidence.shards.asked, { timeout: 5_000 })
      .toBe(asked);

    const before = await arrived(system);
    let derived = 0;
    for (let index = 0; index < searches; index += 1) {
      const body = await search(`number ${index}`);
      const { results: hits, evidence } = searchResponseSchema.parse(JSON.parse(body));
      expect(hits).toHaveLength(3);
      derived += requestsOf(scatteredOf({ evidence, hits, body }));
    }
    expect(derived).toBe(searches * (3 + asked + (topology.rerank === true ? 1 : 0)));
    // A server counts a request when its connection has been told that it is over, which may be after the answer.
    await expect.poll(async () => (await arrived(system)) - before, { timeout: 5_000 }).toBe(derived);
  },
  60_000,
);
