import { expect, test } from 'vitest';
import { readingOf } from './server-metrics.ts';

const query = { tier: 'query', id: 'query-0' } as const;

const text = `# HELP nodejs_eventloop_time_seconds_total Time that the event loop was active and idle.
# TYPE nodejs_eventloop_time_seconds_total counter
nodejs_eventloop_time_seconds_total{nodejs_eventloop_state="active"} 1.25
nodejs_eventloop_time_seconds_total{nodejs_eventloop_state="idle"} 98.5

nodejs_eventloop_delay_seconds_bucket{le="0.001"} 90
nodejs_eventloop_delay_seconds_bucket{le="0.01"} 99
nodejs_eventloop_delay_seconds_bucket{le="+Inf"} 100
nodejs_eventloop_delay_seconds_sum 0.123
nodejs_eventloop_delay_seconds_count 100

v8js_memory_heap_used_bytes 2.5e7
v8js_memory_heap_limit_bytes 201326592
http_server_active_requests 4
connection_pool_in_use{peer="provider"} 7
connection_pool_in_use{peer="vector"} 4
connection_pool_waiting{peer="provider"} 0
connection_pool_waiting{peer="vector"} 31
`;

test('everything that a server tells is read, the request that asked left out', () => {
  expect(readingOf(query, text)).toEqual({
    ...query,
    activeSeconds: 1.25,
    idleSeconds: 98.5,
    delaySeconds: { bounds: [0.001, 0.01], upToBound: [90, 99], count: 100 },
    heapUsedBytes: 25_000_000,
    heapLimitBytes: 201_326_592,
    inFlight: 3,
    pools: [
      { peer: 'provider', inUse: 7, waiting: 0 },
      { peer: 'vector', inUse: 4, waiting: 31 },
    ],
  });
});

test('what a server does not tell is absent, not zero', () => {
  expect(readingOf(query, '# TYPE app_info gauge\napp_info{name="qdrant",version="1.16.0"} 1\n')).toEqual({ ...query, pools: [] });
});
