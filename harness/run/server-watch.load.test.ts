import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { serverSeriesSchema } from '../contract/server-series.ts';
import type { ProcessSample } from '../platform/platform.ts';
import { ServerWatch } from './server-watch.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
  }
});

/** A server whose n-th reading says that its loop was active for n seconds of 2n, with n samples of delay up to 5 ms. */
async function telling(status = 200): Promise<string> {
  let looks = 0;
  const server = createServer((_request, response) => {
    looks += 1;
    response.statusCode = status;
    response.end(
      [
        `nodejs_eventloop_time_seconds_total{nodejs_eventloop_state="active"} ${looks}`,
        `nodejs_eventloop_time_seconds_total{nodejs_eventloop_state="idle"} ${looks}`,
        'nodejs_eventloop_delay_seconds_bucket{le="0.001"} 0',
        `nodejs_eventloop_delay_seconds_bucket{le="0.005"} ${looks}`,
        `nodejs_eventloop_delay_seconds_count ${looks}`,
        `v8js_memory_heap_used_bytes ${1000 * looks}`,
        'v8js_memory_heap_limit_bytes 192000000',
        'http_server_active_requests 1',
        'connection_pool_in_use{peer="vector"} 4',
        `connection_pool_waiting{peer="vector"} ${looks}`,
        '',
      ].join('\n'),
    );
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}

const sampleOf = (id: string, cpuSeconds: number, pid = 1): ProcessSample => ({ tier: 'query', id, pid, cpuSeconds, residentBytes: 5000 });

async function watched(urls: Record<string, string>, sample: (look: number) => ProcessSample[], looks: number): Promise<ServerWatch> {
  let look = 0;
  const watch = new ServerWatch({
    metricsSources: Object.entries(urls).map(([id, url]) => ({ tier: 'query', id, url })),
    sample: async () => {
      look += 1;
      return sample(look);
    },
  });
  for (let turn = 0; turn < looks; turn += 1) {
    watch.look();
    await delay(300);
  }
  return watch;
}

test('a server is told from its own figures and from those of the platform', async () => {
  const watch = await watched({ 'query-0': await telling() }, (look) => [sampleOf('query-0', look / 10)], 3);
  const [window] = await watch.windows();
  expect(window).toMatchObject({ tier: 'query', id: 'query-0', eventLoopUtilisation: 0.5 });
  expect(window?.cpuSeconds).toBeCloseTo(0.2, 9);
  // Both samples of the window lie between 1 and 5 ms.
  expect(window?.eventLoopDelayP99Ms).toBeCloseTo(4.96, 2);
  const [series] = await watch.series();
  expect(serverSeriesSchema.parse(series)).toMatchObject({ id: 'query-0', heapLimitBytes: 192_000_000 });
  expect(series?.points).toHaveLength(3);
  expect(series?.points[0]).toEqual({
    seconds: 0,
    residentBytes: 5000,
    heapUsedBytes: 1000,
    inFlight: 0,
    pools: [{ peer: 'vector', inUse: 4, waiting: 1 }],
  });
  expect(series?.points[2]).toMatchObject({ heapUsedBytes: 3000, eventLoopUtilisation: 0.5 });
  expect(series?.points[2]?.cpuCores).toBeGreaterThan(0);
});

test('a server that tells nothing still has what the platform tells', async () => {
  const watch = await watched({ 'query-0': await telling(404) }, (look) => [sampleOf('query-0', look), sampleOf('postgres', look)], 2);
  expect(await watch.windows()).toEqual([
    { tier: 'query', id: 'query-0', cpuSeconds: 1 },
    { tier: 'query', id: 'postgres', cpuSeconds: 1 },
  ]);
});

test('a server that ended has points until then, and looks after it reject nothing', async () => {
  const url = await telling();
  const watch = await watched({ 'query-0': url }, (look) => (look < 3 ? [sampleOf('query-0', look)] : []), 2);
  servers.splice(0).forEach((server) => {
    server.close();
    server.closeAllConnections();
  });
  watch.look();
  const [series] = await watch.series();
  expect(series?.points).toHaveLength(2);
});

test('a process that was started anew counts from its start', async () => {
  const watch = await watched({}, (look) => [sampleOf('query-0', look === 1 ? 50 : look, look === 1 ? 1 : 2)], 3);
  const [series] = await watch.series();
  expect(series?.points[1]?.cpuCores).toBeUndefined();
  expect(series?.points[2]?.cpuCores).toBeGreaterThan(0);
});

test('a platform that cannot tell at an end of the window leaves it unmeasured', async () => {
  const watch = await watched(
    {},
    (look) => {
      if (look === 1) {
        throw new Error('the engine does not answer');
      }
      return [sampleOf('query-0', look)];
    },
    2,
  );
  expect(await watch.processes()).toBeUndefined();
  expect(await watch.windows()).toEqual([]);
});
