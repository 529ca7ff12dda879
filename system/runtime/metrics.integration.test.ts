import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';
import { createApp, listen, type RunningServer } from './server.ts';

let server: RunningServer;
let release = () => {};

beforeAll(async () => {
  const app = createApp();
  const metrics = createMetrics();
  app.use(metrics.measure);
  metrics.mount(app);
  app.get('/held', async (_request, response) => {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    response.end('done');
  });
  server = await listen(app, '127.0.0.1', 0);
});
afterAll(async () => server.close());

const read = async (names: readonly string[] = []) => {
  const query = names.map((name) => `name[]=${name}`).join('&');
  return (await fetch(`http://127.0.0.1:${server.port}/metrics${query === '' ? '' : `?${query}`}`)).text();
};
const familiesIn = (text: string) => [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);

test('the whole answer has the default families, those of the requests and those of the process, each once', async () => {
  const names = familiesIn(await read());
  expect(names).toEqual(expect.arrayContaining(['process_cpu_seconds_total', 'http_server_request_duration_seconds']));
  expect(names).toEqual(expect.arrayContaining(['nodejs_eventloop_delay_seconds', 'v8js_memory_heap_limit_bytes']));
  expect(new Set(names).size).toBe(names.length);
});

test('names choose families from both places; an unknown one is left out', async () => {
  const names = ['http_server_active_requests', 'nodejs_eventloop_time_seconds_total', 'no_such_family'];
  expect(familiesIn(await read(names))).toEqual(names.slice(0, 2));
});

test('a request counts as active until it has been answered', async () => {
  const active = async () => Number(/^http_server_active_requests (\d+)$/m.exec(await read(['http_server_active_requests']))?.[1]);
  expect(await active()).toBe(1);
  const held = fetch(`http://127.0.0.1:${server.port}/held`);
  while ((await active()) !== 2) {
    await delay(5);
  }
  release();
  expect(await (await held).text()).toBe('done');
  while ((await active()) !== 1) {
    await delay(5);
  }
});
