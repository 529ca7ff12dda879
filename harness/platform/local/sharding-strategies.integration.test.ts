import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jobResponseSchema, writeResponseSchema } from '../../../system/api/documents.ts';
import { headers } from '../../../system/api/headers.ts';
import { type SearchResponse, searchResponseSchema } from '../../../system/api/search.ts';
import { createConceptSpace } from '../../../system/concepts/concept-space.ts';
import { type Topology, topologySchema } from '../../contract/topology.ts';
import { createCorpus } from '../../corpus/documents.ts';
import type { RunningSystem } from '../platform.ts';
import { LocalPlatform } from './local-platform.ts';
import { leftoversAfter } from './testing/leftovers.ts';

const documentCount = 240;
const shards = 3;
const space = createConceptSpace({ seed: 1, concepts: 32, dimensions: 32 });
const { documents } = createCorpus(space, { seed: 1, documents: documentCount, tenants: ['acme'], chineseShare: 0.3 });

let directory = '';
let runId = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rag-testbed-'));
  runId = `strategies-${process.pid}-${Date.now()}`;
});
afterEach(async () => {
  expect(await leftoversAfter(runId, directory, 5000)).toEqual([]);
  await rm(directory, { recursive: true });
});

function clientOf({ gateways, apiKeys }: RunningSystem) {
  const key = apiKeys.find(({ tenant, role }) => tenant === 'acme' && role === 'writer')?.key ?? '';
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${gateways[0]?.port}${path}`, {
      method,
      headers: { [headers.apiKey]: key, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    expect({ status: response.status, answer }).toMatchObject({ status: method === 'GET' || path === '/v1/search' ? 200 : 202 });
    return answer;
  };
  /** Resolves when the change is visible on every shard. */
  const write = async (method: 'POST' | 'DELETE', body: unknown) => {
    const { job_id } = writeResponseSchema.parse(await call(method, '/v1/documents', body));
    await expect
      .poll(async () => jobResponseSchema.parse(await call('GET', `/v1/jobs/${job_id}`)).status, { timeout: 20_000, interval: 20 })
      .toBe('completed');
  };
  return {
    put: (changed: readonly { doc_id: string; content: string }[]) => write('POST', { documents: changed }),
    remove: (doc_ids: readonly string[]) => write('DELETE', { doc_ids }),
    search: async (query_text: string): Promise<SearchResponse> => {
      const answer = searchResponseSchema.parse(await call('POST', '/v1/search', { query_text, top_k: 5 }));
      return answer;
    },
  };
}

async function pointsPerShard({ vectorNodes }: RunningSystem): Promise<number[]> {
  return Promise.all(
    vectorNodes.map(
      async ({ url }) => (await new QdrantClient({ url, checkCompatibility: false }).count('documents', { exact: true })).count,
    ),
  );
}

/** How many points the fullest and the emptiest of three shards may hold. */
const cases: readonly { readonly vector: Topology['vector']; readonly asked: number; readonly least: number; readonly most: number }[] = [
  { vector: { sharding: 'hash', shards }, asked: 3, least: 50, most: 110 },
  { vector: { sharding: 'range', shards, expectedDocuments: documentCount }, asked: 3, least: 80, most: 80 },
  { vector: { sharding: 'random', shards }, asked: 3, least: 50, most: 110 },
  { vector: { sharding: 'consistent-hash', shards, virtualNodes: 150 }, asked: 3, least: 40, most: 120 },
  { vector: { sharding: 'semantic', shards, probes: 2 }, asked: 2, least: 1, most: 100 },
];

describe('every sharding strategy from the gateway to the shards', () => {
  it.each(cases)('$vector.sharding', async ({ vector, asked, least, most }) => {
    const topology = topologySchema.parse({
      id: `strategy-${vector.sharding}`,
      gateway: { replicas: 1 },
      query: { replicas: 1 },
      provider: { embeddings: 'instant', chat: 'instant' },
      vector,
      resourceRule: 'equal-total',
    });
    const system = await new LocalPlatform().start({
      runId,
      runDirectory: directory,
      variant: topology.id,
      topology,
      dimensions: 32,
      conceptCount: 32,
      conceptSeed: 1,
      tenants: ['acme'],
    });
    try {
      const { put, remove, search } = clientOf(system);
      await put(documents.map(({ docId, content }) => ({ doc_id: docId, content })));
      const counts = await pointsPerShard(system);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(documentCount);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(least);
      expect(Math.max(...counts)).toBeLessThanOrEqual(most);

      // A query process that has not heard of the centroids yet asks every shard.
      await expect.poll(async () => (await search('anything')).evidence.shards.asked, { timeout: 5_000 }).toBe(asked);
      // A document's own text is nearest to itself, wherever it lies.
      for (const { docId, content } of documents) {
        const { results, evidence } = await search(content);
        expect(evidence).toMatchObject({ shards: { asked, answered: asked }, applied_sequence: documentCount, degraded: false });
        expect(results[0]).toMatchObject({ doc_id: docId, content });
      }

      // Each of the first forty gets the text of another one: by meaning many of them move.
      const updated = documents
        .slice(0, 40)
        .map(({ docId }, index) => ({ doc_id: docId, content: `${documents[index + 100]?.content} Revised.` }));
      await put(updated);
      for (const { doc_id, content } of updated) {
        const found = (await search(content)).results.filter((hit) => hit.doc_id === doc_id);
        expect(found.map((hit) => hit.content)).toEqual([content]);
      }
      const gone = documents.slice(20, 60).map(({ docId }) => docId);
      await remove(gone);
      for (const { docId, content } of documents.slice(20, 60)) {
        expect((await search(content)).results.map(({ doc_id }) => doc_id)).not.toContain(docId);
      }
      expect((await pointsPerShard(system)).reduce((sum, count) => sum + count, 0)).toBe(documentCount - gone.length);
    } finally {
      await system.stop();
    }
  });
});
