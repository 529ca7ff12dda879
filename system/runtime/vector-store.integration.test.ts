import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { indexedPayloadFields, type PointPayload, pointFilterOf, pointIdOf } from '../api/point.ts';
import { queryWeights } from '../policies/text/bm25.ts';
import { type RunningNode, startNode } from '../vector-node/running-node.ts';
import { createVectorStore, type Point } from './vector-store.ts';

const dimensions = 4;
const signal = AbortSignal.timeout(100_000);
const filter = pointFilterOf('acme', {});
let node: RunningNode;
let storage: string;

beforeAll(async () => {
  storage = await mkdtemp(join(tmpdir(), 'vector-store-'));
  node = await startNode(storage);
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await rm(storage, { recursive: true, force: true });
});

function point(doc_id: string, content: string, vector: number[], tenant = 'acme'): Point {
  const key = { tenant, knowledge_base: 'default', doc_id };
  const payload: PointPayload = { ...key, content, metadata: {}, document_version: 1 };
  return { id: pointIdOf(key), vector, payload };
}
const contents = (found: readonly { payload: unknown }[]) => found.map(({ payload }) => (payload as PointPayload).content);
const ask = (text: string, limit = 2) => ({ vector: [1, 0, 0, 0], sparse: queryWeights(text), filter, limit });

test('a hybrid collection gives both lists at once, filtered alike, and takes updates', async () => {
  const store = createVectorStore(0, node.url, 'hybrid', undefined, 'hybrid');
  expect(await store.hasCollection(dimensions, signal)).toBe(false);
  await store.createCollection({ dimensions, indexedPayloadFields }, signal);
  expect(await store.hasCollection(dimensions, signal)).toBe(true);
  await store.upsert(
    [
      point('near', 'nothing of that', [1, 0.1, 0, 0]),
      point('named', 'the code is ZX-4711', [0, 1, 0, 0]),
      point('nearly', 'the code is ZX-4712', [0, 1, 0.1, 0]),
      point('foreign', 'the code is ZX-4711', [1, 0, 0, 0], 'globex'),
    ],
    signal,
  );
  const { dense, sparse } = await store.searchHybrid(ask('where is zx-4711'), signal);
  expect(contents(dense)[0]).toBe('nothing of that');
  expect(contents(sparse)).toEqual(['the code is ZX-4711', 'the code is ZX-4712']);
  await store.upsert([point('named', 'the code is gone', [0, 1, 0, 0])], signal);
  expect(contents((await store.searchHybrid(ask('ZX-4711', 10), signal)).sparse)).toEqual(['the code is ZX-4712']);
  await store.remove([point('nearly', '', []).id], signal);
  expect(contents((await store.searchHybrid(ask('ZX-4711', 10), signal)).sparse)).toEqual([]);
});

test('a question without terms has no sparse list, and a text without terms can be stored', async () => {
  const store = createVectorStore(0, node.url, 'termless', undefined, 'hybrid');
  await store.createCollection({ dimensions, indexedPayloadFields }, signal);
  await store.upsert([point('marks', '?!', [1, 0, 0, 0])], signal);
  const { dense, sparse } = await store.searchHybrid(ask('…'), signal);
  expect([contents(dense), sparse]).toEqual([['?!'], []]);
});

test('a collection of one kind is refused as the other, with both named', async () => {
  const dense = createVectorStore(0, node.url, 'plain');
  await dense.createCollection({ dimensions, indexedPayloadFields }, signal);
  expect(await dense.hasCollection(dimensions, signal)).toBe(true);
  await expect(dense.hasCollection(dimensions + 1, signal)).rejects.toThrow(/has 4 dimensions; EMBEDDING_DIM 5 .*need 5 dimensions/);
  await expect(createVectorStore(0, node.url, 'plain', undefined, 'hybrid').hasCollection(dimensions, signal)).rejects.toThrow(
    /has 4 dimensions; .*RETRIEVAL hybrid need "dense" of 4 dimensions and sparse "bm25"/,
  );
  await expect(createVectorStore(0, node.url, 'hybrid').hasCollection(dimensions, signal)).rejects.toThrow(
    /has "dense" of 4 dimensions and sparse "bm25"; .*RETRIEVAL dense need 4 dimensions/,
  );
});
