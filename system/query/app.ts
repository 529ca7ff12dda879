import type { Express, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { Counter, Histogram, type Registry } from 'prom-client';
import { batchedAskSchema } from '../api/batch.ts';
import { chatRequestSchema, openAiErrorOf } from '../api/chat-completions.ts';
import { eventStreamType } from '../api/event-stream.ts';
import { askRequestSchema, type SearchResponse, searchRequestSchema } from '../api/search.ts';
import { answerJson } from '../runtime/answer.ts';
import { answerTokensOf } from '../runtime/answer-tokens.ts';
import { ApiError } from '../runtime/api-error.ts';
import { deadlineIn, guardDeadline } from '../runtime/deadline.ts';
import { requireInternalToken, tenantOf } from '../runtime/internal-token.ts';
import { jsonBody, requireJsonType, valid } from '../runtime/json-body.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { type Checks, mountProbes } from '../runtime/probes.ts';
import {
  answerErrorsAs,
  assignRequestId,
  createApp,
  refuseMethod,
  refuseUnknownPath,
  requestIdOf,
  respondWithError,
} from '../runtime/server.ts';
import { type AnswerCacheParts, type AnswerQuestion, throughAnswerCache } from './answer-cache.ts';
import { type AnswerParts, answerQuestion, type Question } from './answer-question.ts';
import { answerBatch, type BatchedQuery } from './batch.ts';
import { chatCompletionOf, chatStreamForm } from './chat-form.ts';
import { search } from './search.ts';
import { type Stopwatch, stopwatch } from './stopwatch.ts';
import { askStreamForm, streamAnswer } from './stream-answer.ts';

export interface QueryParts extends Omit<AnswerParts, 'onDroppedHit' | 'onFirstToken'> {
  /** Where answers are kept; without it none are. */
  readonly answerCache?: Pick<AnswerCacheParts, 'redis' | 'ttlSeconds' | 'expiry'> | undefined;
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

/** What every search or question takes from the request that it is the whole of. */
function askerOf({ locals }: Response): Pick<Question, 'tenant' | 'requestId' | 'deadline' | 'watch'> {
  return { tenant: tenantOf(locals), requestId: requestIdOf(locals), deadline: deadlineIn(locals), watch: locals.watch as Stopwatch };
}

/** The same for one query of a batch. Its time starts when its turn has come. */
function batchedAskerOf({ locals }: Response, { requestId, deadline }: BatchedQuery): ReturnType<typeof askerOf> {
  return { tenant: tenantOf(locals), requestId, deadline, watch: stopwatch(performance.now()) };
}

const prefersEventStream = (request: Request) =>
  request.get('accept')?.includes(eventStreamType) === true && request.accepts(['application/json', eventStreamType]) === eventStreamType;

function withAnswerCache(
  { collection, retrieval, embedding, rerankModel, chatModel, logger }: QueryParts,
  kept: NonNullable<QueryParts['answerCache']>,
  afresh: AnswerQuestion,
  registry: Registry,
): AnswerQuestion {
  const requests = new Counter({
    name: 'cache_requests_total',
    help: 'Questions by how they fared at the answer cache: hit, miss, shared, bypass, error.',
    labelNames: ['cache_level', 'outcome'] as const,
    registers: [registry],
  });
  const making = { collection, retrieval, embeddingModel: embedding.model, rerankModel, chatModel };
  return throughAnswerCache({ ...kept, making, logger, onRequest: (outcome) => requests.inc({ cache_level: 'redis', outcome }) }, afresh);
}

/** The routes of the query tier. */
export function createQuery(parts: QueryParts): Express {
  const { logger } = parts;
  const app = createApp();
  const metrics = createMetrics();
  const droppedHits = new Counter({
    name: 'dropped_hits_total',
    help: 'Hits that a vector node returned and that were not shown.',
    labelNames: ['reason'] as const,
    registers: [metrics.registry],
  });
  const firstToken = new Histogram({
    name: 'time_to_first_token_seconds',
    help: 'Time from asking the provider for a streamed answer to its first text.',
    buckets: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 25, 50, 100],
    registers: [metrics.registry],
  });
  const answerParts: AnswerParts = {
    ...parts,
    onDroppedHit: (reason) => droppedHits.inc({ reason }),
    onFirstToken: (timeToFirstTokenMs) => firstToken.observe(timeToFirstTokenMs / 1000),
  };
  const afresh: AnswerQuestion = (question, listener) => answerQuestion(answerParts, question, listener);
  const answer = parts.answerCache === undefined ? afresh : withAnswerCache(parts, parts.answerCache, afresh, metrics.registry);
  const guarded = [startWatch, guardDeadline, requireInternalToken(parts.internalToken), requireJsonType, jsonBody()];

  const searchAnswer = async (asker: ReturnType<typeof askerOf>, body: unknown): Promise<SearchResponse> => {
    const { query_text, top_k, filters, rerank } = valid(searchRequestSchema, body);
    const task = { ...asker, text: query_text, topK: top_k, filters, rerank: rerank || parts.rerank };
    const { hits, evidence } = await search(answerParts, task);
    return { results: hits, evidence: { ...evidence, ...asker.watch.read() } };
  };
  const questionOf = (
    asker: ReturnType<typeof askerOf>,
    text: string,
    retrieval: Pick<ReturnType<typeof batchedAskSchema.parse>, 'top_k' | 'filters'>,
  ): Question => ({
    ...asker,
    text,
    topK: retrieval.top_k,
    filters: retrieval.filters,
    rerank: parts.rerank,
    earlier: [],
    sessionId: undefined,
    sampling: {},
    answerTokens: undefined,
  });

  const post = (path: string, handle: (request: Request, response: Response) => Promise<void>) =>
    app
      .route(path)
      .post(...guarded, handle)
      .all(refuseMethod);

  app.use(assignRequestId, metrics.measure);
  metrics.mount(app);
  mountProbes(app, parts.readiness);
  app.use('/v1/chat/completions', answerErrorsAs(openAiErrorOf));
  post('/v1/search', async (request, response) => {
    answerJson(response, 200, await searchAnswer(askerOf(response), request.body));
  });
  post('/v1/search/batch', (request, response) =>
    answerBatch(request.body, response, { logger, answer: (query) => searchAnswer(batchedAskerOf(response, query), query.given) }),
  );
  post('/v1/ask', async (request, response) => {
    const { query, stream, session_id, ...retrieval } = valid(askRequestSchema, request.body);
    const asker = askerOf(response);
    const question = { ...questionOf(asker, query, retrieval), sessionId: session_id, answerTokens: answerTokensOf(request) };
    if (stream ?? prefersEventStream(request)) {
      await streamAnswer(response, askStreamForm(asker.requestId), (listener) => answer(question, listener));
    } else {
      answerJson(response, 200, (await answer(question)).response);
    }
  });
  post('/v1/ask/batch', (request, response) =>
    answerBatch(request.body, response, {
      logger,
      async answer(query) {
        const { query: text, ...retrieval } = valid(batchedAskSchema, query.given);
        return (await answer(questionOf(batchedAskerOf(response, query), text, retrieval))).response;
      },
    }),
  );
  post('/v1/chat/completions', async (request, response) => {
    const given = valid(chatRequestSchema, request.body);
    const { model, messages, stream, stream_options, rag_testbed, n: _one, user: _user, ...sampling } = given;
    if (model !== parts.chatModel) {
      throw new ApiError('not_found', `the model "${model}" does not exist`, {
        hint: `this system answers with "${parts.chatModel}"`,
        problems: [{ path: 'model', message: 'no such model' }],
      });
    }
    const asker = askerOf(response);
    const earlier = messages.slice(0, -1).map(({ role, content }) => ({ role, content }));
    const question = {
      ...questionOf(asker, (messages.at(-1)?.content ?? '').trim(), rag_testbed),
      earlier,
      sampling,
      answerTokens: answerTokensOf(request),
    };
    const head = { requestId: asker.requestId, model, created: Math.floor(Date.now() / 1000) };
    if (stream === true) {
      await streamAnswer(response, chatStreamForm(head, stream_options?.include_usage === true), (listener) => answer(question, listener));
    } else {
      answerJson(response, 200, chatCompletionOf(head, await answer(question)));
    }
  });
  app.use(refuseUnknownPath, respondWithError(logger));
  return app;
}
