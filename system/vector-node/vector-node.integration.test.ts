import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type RunningNode, send, startNode, startToEnd } from './running-node.ts';

const size = 24;

/** Vectors that a seed determines. */
function vectorOf(seed: number): number[] {
  return Array.from({ length: size }, (_, index) => Math.fround(Math.sin(seed * 12.9898 + index * 78.233)));
}

function cosine(left: number[], right: number[]): number {
  const dot = (a: number[], b: number[]) => a.reduce((sum, component, index) => sum + component * (b[index] as number), 0);
  return dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right));
}

const points = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: from + index,
    vector: vectorOf(from + index),
    payload: { tenant: `t${(from + index) % 4}`, n: from + index },
  }));

async function logPath(storage: string): Promise<string> {
  const root = path.join(storage, 'collections');
  const [directory = ''] = await readdir(root);
  return path.join(root, directory, 'log-0');
}

let storage: string;
beforeEach(async () => {
  storage = await mkdtemp(path.join(tmpdir(), 'vector-node-'));
});
afterEach(async () => {
  await rm(storage, { recursive: true, force: true });
});

async function createFilled(node: RunningNode, count: number): Promise<void> {
  await node.client.createCollection('docs', { vectors: { size, distance: 'Cosine' } });
  await node.client.createPayloadIndex('docs', { field_name: 'tenant', field_schema: 'keyword', wait: true });
  for (let from = 0; from < count; from += 100) {
    await node.client.upsert('docs', { wait: true, points: points(from, Math.min(100, count - from)) });
  }
}

test('through the client: what a query finds is what comparing with every point finds; deleting, counting and a restart agree', async () => {
  const warn = vi.spyOn(console, 'warn');
  const query = vectorOf(4242);
  const search = async (node: RunningNode) =>
    (
      await node.client.query('docs', {
        query,
        limit: 7,
        filter: { must: [{ key: 'tenant', match: { value: 't1' } }] },
        with_payload: ['n'],
      })
    ).points;
  let before: Awaited<ReturnType<typeof search>>;
  {
    await using node = await startNode(storage);
    await createFilled(node, 600);
    const expected = points(0, 600)
      .filter(({ payload }) => payload.tenant === 't1')
      .map(({ id, vector }) => ({ id, score: cosine(query, vector) }))
      .sort((left, right) => right.score - left.score)
      .slice(0, 7);
    before = await search(node);
    expect(before.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    before.forEach(({ score, payload, id }, index) => {
      expect(score).toBeCloseTo(expected[index]?.score ?? Number.NaN, 5);
      expect(payload).toEqual({ n: id });
    });

    await node.client.delete('docs', { wait: true, points: [before[0]?.id as number] });
    await node.client.delete('docs', { wait: true, filter: { must: [{ key: 'n', range: { gte: 500 } }] } });
    expect((await node.client.count('docs', { exact: true })).count).toBe(
      before[0] !== undefined && (before[0].id as number) >= 500 ? 500 : 499,
    );
    before = await search(node);
    const { points_count, payload_schema, status } = await node.client.getCollection('docs');
    expect([points_count, payload_schema.tenant?.data_type, status]).toEqual([(await node.client.count('docs')).count, 'keyword', 'green']);
    await node.stop('SIGTERM');
    expect(node.process.exitCode).toBe(0);
  }
  await using node = await startNode(storage);
  expect(await search(node)).toEqual(before);
  const all: unknown[] = [];
  for (let offset: number | string | undefined = 0; offset !== undefined; ) {
    const page = await node.client.scroll('docs', { limit: 128, offset, with_payload: false });
    all.push(...page.points.map(({ id }) => id));
    offset = (page.next_page_offset as number | null) ?? undefined;
  }
  expect(all).toEqual([...new Set(all)].sort((left, right) => (left as number) - (right as number)));
  expect(all.length).toBe((await node.client.count('docs')).count);
  expect(warn).not.toHaveBeenCalled();
});

test('integers of 64 bits stay exact as ids and in payloads, through the disk too', async () => {
  const body =
    '{"points":[{"id":18446744073709551615,"vector":[1],"payload":{"big":9223372036854775807}},{"id":9007199254740993,"vector":[2]}]}';
  const read = async (node: RunningNode) =>
    (await send(node, 'POST', '/collections/big/points', '{"ids":[9007199254740993,18446744073709551615],"with_payload":true}')).text;
  const expected = '"result":[{"id":9007199254740993,"payload":{}},{"id":18446744073709551615,"payload":{"big":9223372036854775807}}]';
  {
    await using node = await startNode(storage);
    await node.client.createCollection('big', { vectors: { size: 1, distance: 'Dot' } });
    expect((await send(node, 'PUT', '/collections/big/points?wait=true', body)).status).toBe(200);
    expect(await read(node)).toContain(expected);
    expect((await send(node, 'GET', '/collections/big/points/9007199254740992')).status).toBe(404);
  }
  await using node = await startNode(storage);
  expect(await read(node)).toContain(expected);
});

test('a SIGKILL under write load loses no acknowledged point and undoes no acknowledged deletion', async () => {
  const acknowledged = new Set<number>();
  const deleted = new Set<number>();
  {
    await using node = await startNode(storage);
    await createFilled(node, 100);
    let next = 1000;
    const writer = async (wait: boolean) => {
      for (;;) {
        const from = next;
        next += 5;
        await node.client.upsert('docs', { wait, points: points(from, 5) });
        for (let id = from; id < from + 5; id += 1) {
          acknowledged.add(id);
        }
        await node.client.delete('docs', { wait, points: [from] });
        deleted.add(from);
        if (acknowledged.size >= 400 && node.process.exitCode === null) {
          node.process.kill('SIGKILL');
        }
      }
    };
    const outcomes = await Promise.allSettled([writer(true), writer(true), writer(false), writer(false)]);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  }
  expect(acknowledged.size).toBeGreaterThanOrEqual(400);
  await using node = await startNode(storage);
  const found = await node.client.retrieve('docs', { ids: [...acknowledged], with_payload: true });
  const present = new Set(found.map(({ id }) => id as number));
  // A deletion may have taken effect without its acknowledgement, so only the others must be there.
  const lost = [...acknowledged].filter((id) => !present.has(id) && id % 5 !== 0);
  expect(lost).toEqual([]);
  expect([...deleted].filter((id) => present.has(id))).toEqual([]);
  expect(found.every(({ id, payload }) => payload?.n === id)).toBe(true);
  const hit = (await node.client.query('docs', { query: vectorOf(1001), limit: 1 })).points[0];
  expect(hit?.id).toBe(1001);
});

describe('files that were changed', () => {
  async function filledLog(): Promise<string> {
    await using node = await startNode(storage);
    await createFilled(node, 300);
    await node.stop('SIGTERM');
    return await logPath(storage);
  }

  test('a torn tail is dropped and the rest is there', async () => {
    const log = await filledLog();
    const { length } = await readFile(log);
    await appendFile(log, Buffer.concat([Buffer.from('FRM\x01half a frame'), Buffer.alloc(100)]));
    {
      await using node = await startNode(storage);
      expect((await node.client.count('docs')).count).toBe(300);
      expect((await readFile(log)).length).toBe(length);
      await node.client.upsert('docs', { wait: true, points: points(300, 1) });
    }
    await using node = await startNode(storage);
    expect((await node.client.count('docs')).count).toBe(301);
  });

  test('damage in the middle ends the start with the file and the offset, and changes nothing', async () => {
    const log = await filledLog();
    const bytes = await readFile(log);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] as number) ^ 1;
    await writeFile(log, bytes);
    const { exitCode, stderr } = await startToEnd(storage);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${log} is corrupt at offset `);
    expect(await readFile(log)).toEqual(bytes);
  });
});

test('a disk that takes no more: writes are refused with the path, reads go on, and what was acknowledged is there after a restart', async () => {
  let acknowledged = 0;
  {
    await using node = await startNode(storage, 128);
    await createFilled(node, 0);
    let refusal: unknown;
    while (refusal === undefined && acknowledged < 5000) {
      try {
        await node.client.upsert('docs', { wait: true, points: points(acknowledged, 50) });
        acknowledged += 50;
      } catch (error) {
        refusal = error;
      }
    }
    expect(refusal).toMatchObject({ status: 500, data: { status: { error: expect.stringContaining(await logPath(storage)) } } });
    expect((await node.client.count('docs')).count).toBe(acknowledged);
    expect((await node.client.query('docs', { query: vectorOf(3), limit: 1 })).points[0]?.id).toBe(3);
  }
  expect(acknowledged).toBeGreaterThan(0);
  await using node = await startNode(storage);
  expect((await node.client.count('docs')).count).toBe(acknowledged);
});
