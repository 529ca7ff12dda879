import type { Express, RequestHandler } from 'express';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { processFamilies, wantedFamilies } from './process-families.ts';

export interface Metrics {
  readonly registry: Registry;
  /** Measures every request by method, route pattern and status. */
  readonly measure: RequestHandler;
  /**
   * Serves `GET /metrics`. Who looks once a second names the families it wants by `?name[]=`: of the default ones some read
   * files of the system, which takes longer than answering a search.
   */
  mount(app: Express): void;
}

/**
 * One registry per process: process figures, how loaded the process is, `http_server_active_requests`, and
 * `http_server_request_duration_seconds` with OpenTelemetry's bounds.
 */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP server requests.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    registers: [registry],
  });
  const active = new Gauge({
    name: 'http_server_active_requests',
    help: 'HTTP server requests in flight, the one that asks for this included.',
    registers: [registry],
  });
  const selected = async (names: readonly string[]) => {
    const registered = names.filter((name) => registry.getSingleMetric(name) !== undefined);
    const texts = await Promise.all(registered.map(async (name) => `${await registry.getSingleMetricAsString(name)}\n`));
    return [...texts, processFamilies(names)].join('\n');
  };
  return {
    registry,
    measure(request, response, next) {
      const started = performance.now();
      active.inc();
      response.once('close', () => {
        active.dec();
        // The pattern, never the path: a label per document would grow without bound.
        const route = (request.route as { path?: unknown } | undefined)?.path;
        duration.observe(
          {
            http_request_method: request.method,
            http_route: typeof route === 'string' ? route : 'unmatched',
            http_response_status_code: String(response.statusCode),
          },
          (performance.now() - started) / 1000,
        );
      });
      next();
    },
    mount(app) {
      app.get('/metrics', async (request, response) => {
        const names = wantedFamilies(request.query);
        const text = names === undefined ? `${await registry.metrics()}\n${processFamilies()}` : await selected(names);
        response.type(registry.contentType).send(text);
      });
    },
  };
}
