import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningNode, send, startNode } from '../running-node.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'vector-node-snapshots-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const point = (id: number, value = 0) => ({
  id,
  vector: { dense: [id, value, 1], words: { indices: [id % 7, 7 + (value % 3)], values: [1, 2] } },
  payload: { n: id, value },
});

async function createFilled(node: RunningNode, count: number): Promise<void> {
  await node.client.createCollection('docs', {
    vectors: { dense: { size: 3, distance: 'Dot' } },
    sparse_vectors: { words: { modifier: 'idf' } },
    optimizers_config: { deleted_threshold: 0.3 },
  });
  await node.client.createPayloadIndex('docs', { field_name: 'n', field_schema: 'integer', wait: true });
  await node.client.upsert('docs', { wait: true, points: Array.from({ length: count }, (_, id) => point(id)) });
}

/** Everything that can be read of a collection, its versions included; but not scores with IDF, in which deleted points count until a restart. */
async function everythingOf(node: RunningNode, collection: string) {
  const info = await node.client.getCollection(collection);
  const { points } = await node.client.scroll(collection, { limit: 10_000, with_payload: true, with_vector: true });
  const { points: found } = await node.client.query(collection, { query: [1, 1, 1], using: 'dense', limit: 50, with_payload: true });
  const { points: byWords } = await node.client.query(collection, {
    query: { indices: [3, 8], values: [1, 1] },
    using: 'words',
    limit: 50,
  });
  const versions = found.map(({ id, version }) => [id, version]);
  return { config: info.config, schema: info.payload_schema, points, versions, words: byWords.map(({ id }) => id) };
}

async function form(bytes: Buffer | string, name = 'snapshot'): Promise<{ body: Buffer; type: string }> {
  const data = new FormData();
  data.set(name, new Blob([typeof bytes === 'string' ? bytes : new Uint8Array(bytes)]), 'some.snapshot');
  const made = new Response(data);
  return { body: Buffer.from(await made.arrayBuffer()), type: made.headers.get('content-type') ?? '' };
}

async function upload(node: RunningNode, collection: string, bytes: Buffer | string, name?: string) {
  const { body, type } = await form(bytes, name);
  const response = await fetch(`${node.url}/collections/${collection}/snapshots/upload`, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  });
  return { status: response.status, text: await response.text() };
}

test('through the client: a snapshot carries vectors, payloads, indexes, settings and versions to another node, and survives its restart', async () => {
  await using first = await startNode(path.join(root, 'first'));
  await createFilled(first, 300);
  await first.client.delete('docs', { wait: true, filter: { must: [{ key: 'n', range: { gte: 290 } }] } });
  await first.client.setPayload('docs', { wait: true, payload: { value: 5 }, points: [3, 4] });
  const before = await everythingOf(first, 'docs');
  const snapshot = await first.client.createSnapshot('docs');
  expect(await first.client.listSnapshots('docs')).toEqual([snapshot]);
  await first.client.upsert('docs', { wait: true, points: [point(3, 9)] });

  const location = `${first.url}/collections/docs/snapshots/${snapshot?.name}`;
  {
    await using second = await startNode(path.join(root, 'second'));
    await second.client.recoverSnapshot('copy', { location, checksum: snapshot?.checksum ?? '', priority: 'snapshot' });
    expect(await everythingOf(second, 'copy')).toEqual(before);
    await second.client.updateCollectionAliases({ actions: [{ create_alias: { collection_name: 'copy', alias_name: 'current' } }] });
    expect(await everythingOf(second, 'current')).toEqual(before);
  }
  await using second = await startNode(path.join(root, 'second'));
  expect(await everythingOf(second, 'current')).toEqual(before);
  const answer = await second.client.upsert('current', { wait: true, points: [point(1000)] });
  expect(answer.operation_id).toBeGreaterThan(Math.max(...before.versions.map(([, version]) => version as number)));

  await first.client.recoverSnapshot('docs', { location });
  expect(await everythingOf(first, 'docs')).toEqual(before);
  expect(await first.client.deleteSnapshot('docs', snapshot?.name ?? '')).toBe(true);
  expect(await first.client.listSnapshots('docs')).toEqual([]);
});

test('a snapshot that is taken during writes holds a first part of them', async () => {
  await using node = await startNode(path.join(root, 'node'));
  await createFilled(node, 2000);
  let isTaken = false;
  let written = 0;
  const writing = (async () => {
    // Each write replaces one point after the other, so that a prefix of them shows as one boundary.
    for (; !isTaken || written < 50; written += 1) {
      await node.client.upsert('docs', { wait: true, points: [point(written % 2000, 1 + Math.floor(written / 2000))] });
    }
  })();
  const atLeast = written;
  const snapshot = await node.client.createSnapshot('docs');
  isTaken = true;
  await writing;
  await node.client.recoverSnapshot('copy', { location: `${node.url}/collections/docs/snapshots/${snapshot?.name}` });
  const { points } = await node.client.scroll('copy', { limit: 2000, with_payload: true });
  const values = points.map(({ payload }) => payload?.value as number);
  const held = values.reduce((sum, value) => sum + value, 0);
  expect(values).toEqual(values.map((_, id) => Math.ceil((held - id) / 2000)).map((value) => Math.max(0, value)));
  expect(held).toBeGreaterThanOrEqual(atLeast);
  expect(held).toBeLessThanOrEqual(written);
});

test('snapshots that are asked for at once share a file by the second, and each answer tells the checksum of a file that was there', async () => {
  await using node = await startNode(path.join(root, 'node'));
  await createFilled(node, 100);
  const made = await Promise.all(Array.from({ length: 6 }, () => node.client.createSnapshot('docs')));
  const listed = await node.client.listSnapshots('docs');
  expect(new Set(listed.map(({ name }) => name))).toEqual(new Set(made.map((snapshot) => snapshot?.name)));
  for (const { name, checksum, size } of listed) {
    const bytes = await readFile(path.join(root, 'node', 'snapshots', 'docs', name));
    expect([createHash('sha256').update(bytes).digest('hex'), bytes.length]).toEqual([checksum, size]);
  }
});

test('uploads that cannot be recovered from are refused with the reason and leave nothing behind', async () => {
  await using node = await startNode(path.join(root, 'node'));
  await createFilled(node, 50);
  const before = await everythingOf(node, 'docs');
  const snapshot = await node.client.createSnapshot('docs');
  const file = path.join(root, 'node', 'snapshots', 'docs', snapshot?.name ?? '');
  const bytes = await readFile(file);

  const damaged = Buffer.from(bytes);
  damaged[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 4;
  expect(await upload(node, 'docs', damaged)).toMatchObject({ status: 400, text: expect.stringMatching(/damaged at offset \d+/) });
  expect(await upload(node, 'docs', bytes.subarray(0, bytes.length - 5))).toMatchObject({ status: 400 });
  expect(await upload(node, 'docs', '')).toMatchObject({ status: 400 });
  expect(await upload(node, 'docs', bytes, 'other')).toEqual({ status: 400, text: 'Multipart field `snapshot` is missing' });
  expect(await send(node, 'POST', '/collections/docs/snapshots/upload', 'no form')).toMatchObject({ status: 400 });
  await writeFile(file, damaged);
  const recovered = await send(node, 'PUT', '/collections/docs/snapshots/recover', JSON.stringify({ location: `file://${file}` }));
  expect(recovered).toMatchObject({ status: 400, text: expect.stringMatching(/damaged at offset \d+/) });
  await node.client.createCollection('narrow', { vectors: { size: 1, distance: 'Dot' } });
  const incompatible = await upload(node, 'narrow', bytes);
  expect(incompatible).toMatchObject({ status: 400, text: expect.stringContaining('Snapshot is not compatible with existing collection') });

  // The client goes away in the middle of its form.
  const { body, type } = await form(Buffer.concat(Array.from({ length: 50 }, () => bytes)));
  await new Promise<void>((resolve) => {
    const cut = request(`${node.url}/collections/docs/snapshots/upload`, {
      method: 'POST',
      headers: { 'content-type': type, 'content-length': body.length },
    });
    cut.on('error', () => resolve());
    cut.write(body.subarray(0, body.length >> 1), () => cut.destroy());
    cut.on('close', () => resolve());
  });

  expect(await everythingOf(node, 'docs')).toEqual(before);
  await expect.poll(() => readdir(path.join(root, 'node', 'snapshots', '.incoming'))).toEqual([]);
  expect(await readdir(path.join(root, 'node', 'collections'))).toHaveLength(2);
});

test('a checkpoint for which there is no room harms nothing, and is written when there is', async () => {
  const storage = path.join(root, 'node');
  const settings = { VECTOR_NODE_CHECKPOINT_LOG_BYTES: '16384' };
  let count = 0;
  {
    // No file may have more than 1 MiB: the state grows to 3, and a log only has what comes while one checkpoint is tried.
    await using node = await startNode(storage, 2048, settings);
    await node.client.createCollection('docs', { vectors: { size: 128, distance: 'Dot' } });
    for (; count < 6000; count += 50) {
      const points = Array.from({ length: 50 }, (_, index) => ({ id: count + index, vector: Array.from({ length: 128 }, () => count) }));
      await node.client.upsert('docs', { wait: true, points });
    }
    expect((await node.client.count('docs')).count).toBe(count);
  }
  const [folder = ''] = await readdir(path.join(storage, 'collections'));
  const files = () => readdir(path.join(storage, 'collections', folder));
  const logsBefore = (await files()).filter((name) => /^log-\d+$/.test(name)).length;
  // Beside a checkpoint that was written there is one.
  expect(logsBefore).toBeGreaterThan(2);
  await using node = await startNode(storage, undefined, settings);
  expect((await node.client.count('docs')).count).toBe(count);
  await expect
    .poll(async () => (await files()).filter((name) => /^(log|checkpoint)-\d+(\.tmp)?$/.test(name)).length, { timeout: 10_000 })
    .toBe(2);
});
