import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Response } from 'express';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { occupy } from './occupy.ts';
import { createSimulatedClock } from './simulated-clock.ts';

const clock = createSimulatedClock(1);

const results: { stayed: boolean; afterMs: number }[] = [];
let durationMs = 0;
const served: Promise<void>[] = [];
const server = createServer((_request, response) => {
  const startedMs = performance.now();
  served.push(
    occupy(response as unknown as Response, clock, startedMs + durationMs).then((stayed) => {
      results.push({ stayed, afterMs: performance.now() - startedMs });
      response.end();
    }),
  );
});
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('waits for the whole time when the caller stays', async () => {
  durationMs = 30;
  await (await request(url())).body.dump();
  expect(results.at(-1)?.stayed).toBe(true);
  // A timer counts from the time that its loop last read, which may lie a little before the call.
  expect(results.at(-1)?.afterMs).toBeGreaterThan(25);
});

test('does not wait when there is nothing to wait for', async () => {
  durationMs = 0;
  await (await request(url())).body.dump();
  expect(results.at(-1)?.stayed).toBe(true);
});

test('ends at once when the caller leaves, long before its time', async () => {
  durationMs = 600_000;
  const leaving = new AbortController();
  const arrived = once(server, 'request');
  const running = request(url(), { signal: leaving.signal });
  await arrived;
  leaving.abort();
  await expect(running).rejects.toThrow();
  await served.at(-1);
  expect(results.at(-1)?.stayed).toBe(false);
});
