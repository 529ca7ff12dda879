import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { send, startNode } from '../running-node.ts';
import { residentMiB } from './resident-memory.ts';
import { fuzz } from './session.ts';

const seed = Number(process.env.VECTOR_NODE_FUZZ_SEED ?? 1);
const requestCount = Number(process.env.VECTOR_NODE_FUZZ_REQUESTS ?? 1000);

let storage: string;
beforeAll(async () => {
  storage = await mkdtemp(path.join(tmpdir(), 'vector-node-fuzz-'));
});
afterAll(async () => {
  await rm(storage, { recursive: true, force: true });
});

test(`${requestCount} requests, right and wrong, on every route (VECTOR_NODE_FUZZ_SEED=${seed}): no undocumented error, no hang, right answers, nothing lost by a kill`, async () => {
  const { problems, statuses, requests, residentMiB: resident } = await fuzz(storage, seed, requestCount);
  expect(problems).toEqual([]);
  expect(requests).toBe(requestCount);
  // The requests were of all kinds.
  expect(statuses['200']).toBeGreaterThan(requestCount / 3);
  expect((statuses['400'] ?? 0) + (statuses['422'] ?? 0)).toBeGreaterThan(requestCount / 10);
  expect(Math.max(...resident)).toBeLessThan(500);
});

test('a body over 32 MiB that comes in pieces is refused when the limit is passed, and what follows is not kept', async () => {
  await using node = await startNode(path.join(storage, 'big'));
  const before = await residentMiB(node.process.pid);
  const chunk = Buffer.alloc(1024 * 1024, ' ');
  const answer = await new Promise<{ status: number | undefined; sentMiB: number }>((resolve, reject) => {
    let sentMiB = 0;
    const sending = request(`${node.url}/collections/docs/points`, { method: 'PUT' }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, sentMiB });
      sending.destroy();
    });
    sending.on('error', reject);
    const more = () => {
      if (!sending.destroyed && sentMiB < 300) {
        sentMiB += 1;
        sending.write(chunk, more);
      }
    };
    more();
  });
  expect(answer.status).toBe(400);
  expect(answer.sentMiB).toBeLessThan(150);
  expect((await residentMiB(node.process.pid)) - before).toBeLessThan(120);
  expect((await send(node, 'GET', '/collections')).status).toBe(200);
});
