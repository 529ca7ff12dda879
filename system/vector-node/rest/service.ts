import { randomUUID } from 'node:crypto';
import type { Express, RequestHandler } from 'express';
import type { Catalogue } from '../catalogue.ts';
import { writeJson } from '../json/write.ts';
import { identity } from '../version.ts';
import { answering, sendJson } from './answer.ts';
import { checkCollectionTimeout, collectionName, parameter, wholeNumber } from './parameters.ts';
import type { RequestStatistics } from './request-statistics.ts';

const plainText =
  (text: string): RequestHandler =>
  (_request, response) => {
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    response.end(text);
  };

function requestTelemetry(requests: RequestStatistics) {
  const responses: Record<string, Record<string, { count: number; avg_duration_micros: number }>> = {};
  for (const { method, endpoint, status, count, sumSeconds } of requests.totals) {
    const call = `${method} ${endpoint}`;
    responses[call] = { ...responses[call], [status]: { count, avg_duration_micros: (sumSeconds / count) * 1e6 } };
  }
  return { rest: { responses }, grpc: { responses: {} } };
}

/** What a node says about itself: version, probes, telemetry. */
export function mountService(app: Express, catalogue: Catalogue, requests: RequestStatistics): void {
  const id = randomUUID();
  const startup = new Date().toISOString();
  app.get('/', (_request, response) => {
    sendJson(response, 200, writeJson(identity));
  });
  app.get(['/healthz', '/livez'], plainText('healthz check passed'));
  app.get('/readyz', plainText('all shards are ready'));
  app.get(
    '/telemetry',
    answering((request) => {
      checkCollectionTimeout(request);
      const detail = parameter(request, 'details_level');
      if (detail !== undefined) {
        wholeNumber(detail);
      }
      return {
        id,
        app: { name: 'embedded vector node', version: identity.version, jwt_rbac: false, startup },
        collections: { number_of_collections: catalogue.collections.length },
        cluster: { enabled: false, resharding_enabled: false },
        requests: requestTelemetry(requests),
      };
    }),
  );
  app.get(
    '/issues',
    answering(() => ({ issues: [] })),
  );
  app.get(
    '/collections/:collection/optimizations',
    answering((request) => {
      const { segment, optimizer } = catalogue.get(collectionName(request));
      const pending = [...segment.columns.values()].filter((column) => column.isIndexingDue);
      return {
        summary: {
          queued_optimizations: pending.length,
          queued_segments: pending.length,
          queued_points: pending.reduce((sum, column) => sum + column.count - column.indexedCount, 0),
          idle_segments: optimizer?.state.segments_count ?? 1,
        },
        running: [],
      };
    }),
  );
}
