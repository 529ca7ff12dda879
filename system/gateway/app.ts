import type { Express, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { Counter } from 'prom-client';
import { openAiErrorOf } from '../api/chat-completions.ts';
import type { Role } from '../api/environment.ts';
import { roundRobin } from '../policies/balancing/round-robin.ts';
import { guardDeadline } from '../runtime/deadline.ts';
import { jsonBody, requireJsonType } from '../runtime/json-body.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { type Checks, healthy, mountProbes, unhealthy } from '../runtime/probes.ts';
import { answerErrorsAs, assignRequestId, createApp, refuseMethod, refuseUnknownPath, respondWithError } from '../runtime/server.ts';
import type { Upstream } from '../runtime/upstream.ts';
import { type ApiKeys, authorise, type Principal } from './api-keys.ts';
import { encodedPath, forward } from './forward.ts';
import { askStreamEnds, chatStreamEnds, type StreamEnds } from './relay.ts';

export interface GatewayParts {
  readonly keys: ApiKeys;
  readonly queries: readonly Upstream[];
  readonly indexer: Upstream;
  readonly internalToken: string;
  readonly logger: Logger;
}

const probeTimeoutMs = 1_000;

type QueryMethod = 'search' | 'ask' | 'chat' | 'search_batch' | 'ask_batch';

/** The routes of the query tier by the name under which they are counted. */
const queryRoutes: Record<QueryMethod, { readonly path: string; readonly stream?: StreamEnds }> = {
  search: { path: '/v1/search' },
  ask: { path: '/v1/ask', stream: askStreamEnds },
  chat: { path: '/v1/chat/completions', stream: chatStreamEnds },
  search_batch: { path: '/v1/search/batch' },
  ask_batch: { path: '/v1/ask/batch' },
};

async function isReady(upstream: Upstream): Promise<boolean> {
  try {
    const { status } = await upstream.request({ method: 'GET', path: '/ready', headers: {}, signal: AbortSignal.timeout(probeTimeoutMs) });
    return status === 200;
  } catch {
    // Whatever the reason, the check reports that this instance is not ready.
    return false;
  }
}

/** Ready while one query instance is: the loss of another must not take the gateway out of its own balancer. */
function readiness({ queries, indexer }: GatewayParts): Checks {
  return {
    query: async () => {
      const ready = (await Promise.all(queries.map(isReady))).filter(Boolean).length;
      const counted = `${ready} of ${queries.length} instances are ready`;
      return ready === 0 ? unhealthy(counted) : healthy(counted);
    },
    indexer: async () => ((await isReady(indexer)) ? healthy() : unhealthy(`${indexer.origin} is not ready`)),
  };
}

/** The routes of the gateway: who may call what, and which process answers. */
export function createGateway(parts: GatewayParts): Express {
  const { keys, queries, indexer, internalToken, logger } = parts;
  const app = createApp();
  const metrics = createMetrics();
  const queryTotal = new Counter({
    name: 'query_total',
    help: 'Queries by outcome and method.',
    labelNames: ['status', 'method'] as const,
    registers: [metrics.registry],
  });
  const nextQuery = roundRobin(queries);
  const principalOf = (response: Response) => response.locals.principal as Principal;
  const needs =
    (role: Role): RequestHandler =>
    (request, response, next) => {
      response.locals.principal = authorise(keys, request, role);
      next();
    };
  const body = [requireJsonType, jsonBody()];
  const toQuery = (method: QueryMethod): RequestHandler[] => [
    (_request, response, next) => {
      response.once('close', () => {
        // A caller that hung up got no answer, whatever the status would have been; a stream can fail after its status.
        const answered = response.writableFinished && response.statusCode < 400 && response.locals.streamedWell !== false;
        queryTotal.inc({ status: answered ? 'success' : 'error', method });
      });
      next();
    },
    needs('reader'),
    ...body,
    (request, response) => {
      const { path, stream } = queryRoutes[method];
      return forward(request, response, { upstream: nextQuery(), path, principal: principalOf(response), internalToken, stream });
    },
  ];
  const toIndexer =
    (segmentsOf: (request: Request) => string[]): RequestHandler =>
    (request, response) =>
      forward(request, response, {
        upstream: indexer,
        path: encodedPath(segmentsOf(request), request.originalUrl),
        principal: principalOf(response),
        internalToken,
      });
  const documents = toIndexer(() => ['v1', 'documents']);

  app.use(assignRequestId, metrics.measure);
  metrics.mount(app);
  mountProbes(app, readiness(parts));
  app.use('/v1/chat/completions', answerErrorsAs(openAiErrorOf));
  app.use('/v1', guardDeadline);
  app.use('/api/v1', guardDeadline);
  for (const [method, { path }] of Object.entries(queryRoutes) as [QueryMethod, { path: string }][]) {
    app.route(path).post(toQuery(method)).all(refuseMethod);
  }
  app.route('/api/v1/ask').post(toQuery('ask')).all(refuseMethod);
  app
    .route('/v1/documents')
    .get(needs('reader'), documents)
    .post(needs('writer'), body, documents)
    .delete(needs('writer'), body, documents)
    .all(refuseMethod);
  app
    .route('/v1/documents/:id')
    .get(
      needs('reader'),
      toIndexer(({ params }) => ['v1', 'documents', String(params.id)]),
    )
    .all(refuseMethod);
  app
    .route('/v1/jobs/:id')
    .get(
      needs('reader'),
      toIndexer(({ params }) => ['v1', 'jobs', String(params.id)]),
    )
    .all(refuseMethod);
  app.use(refuseUnknownPath, respondWithError(logger));
  return app;
}
