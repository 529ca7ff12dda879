import type { Express, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { Counter } from 'prom-client';
import { type AskResponse, askRequestSchema, type SearchResponse, searchRequestSchema } from '../api/search.ts';
import { answerJson } from '../runtime/answer.ts';
import { deadlineIn, guardDeadline } from '../runtime/deadline.ts';
import { requireInternalToken, tenantOf } from '../runtime/internal-token.ts';
import { jsonBody, requireJsonType, valid } from '../runtime/json-body.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { type Checks, mountProbes } from '../runtime/probes.ts';
import { assignRequestId, createApp, refuseMethod, refuseUnknownPath, requestIdOf, respondWithError } from '../runtime/server.ts';
import { generate } from './ask.ts';
import { type SearchParts, search } from './search.ts';
import { type Stopwatch, stopwatch } from './stopwatch.ts';

export interface QueryParts extends Omit<SearchParts, 'onDroppedHit'> {
  readonly chatModel: string;
  /** Whether every search is reranked, not only those that ask for it. */
  readonly rerank: boolean;
  readonly internalToken: string;
  readonly readiness: Checks;
  readonly logger: Logger;
}

/** The time of a request starts before its body is read. */
const startWatch: RequestHandler = (_request, response, next) => {
  response.locals.watch = stopwatch(performance.now());
  next();
};

/** The routes of the query tier. */
export function createQuery(parts: QueryParts): Express {
  const app = createApp();
  const metrics = createMetrics();
  const droppedHits = new Counter({
    name: 'dropped_hits_total',
    help: 'Hits that a vector node returned and that were not shown.',
    labelNames: ['reason'] as const,
    registers: [metrics.registry],
  });
  const searchParts: SearchParts = { ...parts, onDroppedHit: (reason) => droppedHits.inc({ reason }) };
  const guarded = [startWatch, guardDeadline, requireInternalToken(parts.internalToken), requireJsonType, ...jsonBody()];

  app.use(assignRequestId, metrics.measure);
  metrics.mount(app);
  mountProbes(app, parts.readiness);
  app
    .route('/v1/search')
    .post(...guarded, async (request, response) => {
      const { query_text, top_k, filters, rerank } = valid(searchRequestSchema, request.body);
      const watch = response.locals.watch as Stopwatch;
      const { hits, evidence } = await search(searchParts, {
        tenant: tenantOf(response.locals),
        requestId: requestIdOf(response.locals),
        text: query_text,
        topK: top_k,
        filters,
        rerank: rerank || parts.rerank,
        deadline: deadlineIn(response.locals),
        watch,
      });
      answerJson(response, 200, { results: hits, evidence: { ...evidence, ...watch.read() } } satisfies SearchResponse);
    })
    .all(refuseMethod);
  app
    .route('/v1/ask')
    .post(...guarded, async (request, response) => {
      const { query, top_k, filters } = valid(askRequestSchema, request.body);
      const watch = response.locals.watch as Stopwatch;
      const deadline = deadlineIn(response.locals);
      const requestId = requestIdOf(response.locals);
      const { hits, evidence } = await search(searchParts, {
        tenant: tenantOf(response.locals),
        requestId,
        text: query,
        topK: top_k,
        filters,
        rerank: parts.rerank,
        deadline,
        watch,
      });
      const { answer, usage } = await generate(parts.provider, {
        question: query,
        hits,
        model: parts.chatModel,
        requestId,
        signal: deadline.signal,
      });
      watch.lap('generate');
      answerJson(response, 200, { answer, sources: hits, usage, evidence: { ...evidence, ...watch.read() } } satisfies AskResponse);
    })
    .all(refuseMethod);
  app.use(refuseUnknownPath, respondWithError(parts.logger));
  return app;
}
