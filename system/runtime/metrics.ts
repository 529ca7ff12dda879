import type { Express, RequestHandler } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  /** Measures every request by method, route pattern and status. */
  readonly measure: RequestHandler;
  /** Serves `GET /metrics`. */
  mount(app: Express): void;
}

/** One registry per process: process figures plus `http_server_request_duration_seconds` with OpenTelemetry's bounds. */
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
  return {
    registry,
    measure(request, response, next) {
      const started = performance.now();
      response.once('close', () => {
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
      app.get('/metrics', async (_request, response) => {
        response.type(registry.contentType).send(await registry.metrics());
      });
    },
  };
}
