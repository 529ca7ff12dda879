import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { clusteredVectors } from '../hnsw/clustered-vectors.ts';
import { type RunningNode, startNode } from '../running-node.ts';

const collection = 'indexed';
const size = 32;
const points = 6_000;
const batch = 500;
const storages: string[] = [];
afterAll(() => {
  for (const storage of storages) {
    rmSync(storage, { recursive: true, force: true });
  }
});

function newStorage(): string {
  const storage = mkdtempSync(path.join(tmpdir(), 'vector-node-index-'));
  storages.push(storage);
  return storage;
}

const source = clusteredVectors({ seed: 4, size, clusters: 40, spread: 0.7, intrinsicSize: 16 });
const vectors = Array.from({ length: points }, () => Array.from(source.next().value));
const queries = Array.from({ length: 20 }, () => Array.from(source.next().value));

async function fill(node: RunningNode): Promise<void> {
  await node.client.createCollection(collection, {
    vectors: { size, distance: 'Euclid' },
    optimizers_config: { indexing_threshold: 50 },
    hnsw_config: { full_scan_threshold: 10 },
  });
  for (let first = 0; first < points; first += batch) {
    await node.client.upsert(collection, {
      wait: false,
      points: vectors
        .slice(first, first + batch)
        .map((vector, offset) => ({ id: first + offset, vector, payload: { even: offset % 2 === 0 } })),
    });
  }
}

/** The description once nothing is being built any more. */
async function settled(node: RunningNode) {
  for (;;) {
    const info = await node.client.getCollection(collection);
    if (info.status !== 'yellow') {
      return info;
    }
  }
}

async function answers(node: RunningNode, exact: boolean) {
  const found: unknown[] = [];
  for (const query of queries) {
    const { points: hits } = await node.client.query(collection, { query, limit: 5, params: { exact, hnsw_ef: 200 } });
    found.push(hits.map(({ id, score }) => [id, score]));
  }
  return found;
}

/** The file of the index's graph below a storage. */
function graphOf(storage: string): string {
  const names = readdirSync(storage, { recursive: true }) as string[];
  const graphs = names.filter((name) => name.endsWith('.graph'));
  expect(graphs).toHaveLength(1);
  return path.join(storage, graphs[0] as string);
}

test('a collection is yellow while it is indexed, then green with all vectors in the index, and a restart takes the index back', async () => {
  const storage = newStorage();
  let approximate: unknown[];
  {
    await using node = await startNode(storage);
    await fill(node);
    const { status, indexed_vectors_count, segments_count, points_count } = await settled(node);
    expect({ status, indexed_vectors_count, segments_count, points_count }).toEqual({
      status: 'green',
      indexed_vectors_count: points,
      segments_count: 2,
      points_count: points,
    });
    approximate = await answers(node, false);
    expect(approximate).toEqual(await answers(node, true));
    await node.stop('SIGTERM');
    expect(node.process.exitCode).toBe(0);
  }
  const graph = readFileSync(graphOf(storage));
  await using again = await startNode(storage);
  const info = await again.client.getCollection(collection);
  expect([info.status, info.indexed_vectors_count]).toEqual(['green', points]);
  expect(await answers(again, false)).toEqual(approximate);
  expect(readFileSync(graphOf(storage)).equals(graph)).toBe(true);
});

test('killed while it builds, and with a damaged graph, the node starts, answers rightly and builds the index', async () => {
  const storage = newStorage();
  {
    await using node = await startNode(storage);
    await fill(node);
    expect((await node.client.getCollection(collection)).status).toBe('yellow');
    await node.stop('SIGKILL');
  }
  {
    await using node = await startNode(storage);
    expect(await answers(node, false)).toEqual(await answers(node, true));
    expect(await settled(node)).toMatchObject({ status: 'green', points_count: points });
    await node.stop('SIGKILL');
  }
  const file = graphOf(storage);
  const bytes = readFileSync(file);
  bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 64);
  writeFileSync(file, bytes);
  await using node = await startNode(storage);
  const exact = await answers(node, true);
  expect(await answers(node, false)).toEqual(exact);
  expect(await settled(node)).toMatchObject({ status: 'green', indexed_vectors_count: points });
  expect(await answers(node, false)).toEqual(exact);
});

test('a node that is told to stop while it builds ends cleanly, and one whose collection is deleted meanwhile goes on', async () => {
  await using node = await startNode(newStorage());
  await fill(node);
  await node.client.deleteCollection(collection);
  await fill(node);
  expect((await node.client.getCollection(collection)).status).toBe('yellow');
  await node.stop('SIGTERM');
  expect(node.process.exitCode).toBe(0);
});
