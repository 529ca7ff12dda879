import type { Express } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import {
  deleteDocumentsRequestSchema,
  type documentListResponseSchema,
  type documentResponseSchema,
  type JobResponse,
  putDocumentsRequestSchema,
  type WriteResponse,
} from '../api/documents.ts';
import { documentIdSchema, knowledgeBaseSchema } from '../api/search.ts';
import { answerJson } from '../runtime/answer.ts';
import { ApiError } from '../runtime/api-error.ts';
import { deadlineIn, guardDeadline, within } from '../runtime/deadline.ts';
import { requireInternalToken, tenantOf } from '../runtime/internal-token.ts';
import { jsonBody, requireJsonType, valid } from '../runtime/json-body.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { type Checks, mountProbes } from '../runtime/probes.ts';
import { assignRequestId, createApp, refuseMethod, refuseUnknownPath, requestIdOf, respondWithError } from '../runtime/server.ts';
import { append, type NewChange } from './append.ts';
import { orUnavailable, type Pool } from './database.ts';
import { findDocument, listDocuments } from './documents.ts';
import { findJob } from './jobs.ts';
import { isStorable, unstorableTexts } from './storable.ts';

export interface IndexerParts {
  readonly pool: Pool;
  readonly collection: string;
  readonly shards: number;
  readonly internalToken: string;
  readonly metrics: Metrics;
  readonly readiness: Checks;
  readonly logger: Logger;
  /** Called after every append. */
  onAppended(): void;
}

const notStorable = 'contains a NUL character or half of a surrogate pair, which cannot be stored';

function storable<T extends z.ZodType>(schema: T): T {
  return schema.superRefine((value, context) => {
    for (const path of unstorableTexts(value)) {
      context.addIssue({ code: 'custom', path: [...path], message: notStorable });
    }
  });
}

const putSchema = storable(putDocumentsRequestSchema);
const deleteSchema = storable(deleteDocumentsRequestSchema);
const storableId = documentIdSchema.refine(isStorable, notStorable);
const documentQuerySchema = z.strictObject({ knowledge_base: knowledgeBaseSchema.default('default') });
const listQuerySchema = z.strictObject({
  knowledge_base: knowledgeBaseSchema.default('default'),
  after: z.string().max(256).refine(isStorable, notStorable).default(''),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
const jobIdSchema = z.uuid();

/** The routes of the indexer: documents into the change log, and what the log says about them. */
export function createIndexer(parts: IndexerParts): Express {
  const { pool, metrics, collection, shards } = parts;
  const app = createApp();
  const trusted = [guardDeadline, requireInternalToken(parts.internalToken)];
  const withBody = [...trusted, requireJsonType, jsonBody()];
  const write = async (locals: Record<string, unknown>, changes: readonly NewChange[]): Promise<WriteResponse> => {
    const appended = await within(deadlineIn(locals).signal, orUnavailable(append(pool, tenantOf(locals), changes)));
    parts.onAppended();
    return {
      job_id: appended.jobId,
      request_id: requestIdOf(locals),
      acknowledgement: 'async',
      first_sequence: appended.firstSequence,
      last_sequence: appended.lastSequence,
    };
  };

  app.use(assignRequestId, metrics.measure);
  metrics.mount(app);
  mountProbes(app, parts.readiness);
  app
    .route('/v1/documents')
    .post(...withBody, async (request, response) => {
      const { documents } = valid(putSchema, request.body);
      const changes = documents.map((document): NewChange => ({ kind: 'put', ...document }));
      answerJson(response, 202, await write(response.locals, changes));
    })
    .delete(...withBody, async (request, response) => {
      const { doc_ids, knowledge_base } = valid(deleteSchema, request.body);
      const changes = doc_ids.map((doc_id): NewChange => ({ kind: 'delete', knowledge_base, doc_id }));
      answerJson(response, 202, await write(response.locals, changes));
    })
    .get(...trusted, async (request, response) => {
      const { knowledge_base, after, limit } = valid(listQuerySchema, request.query);
      const page = { tenant: tenantOf(response.locals), knowledgeBase: knowledge_base, after, limit };
      const { documents, nextAfter } = await within(deadlineIn(response.locals).signal, orUnavailable(listDocuments(pool, page)));
      answerJson(response, 200, { documents, next_after: nextAfter, request_id: requestIdOf(response.locals) } satisfies z.input<
        typeof documentListResponseSchema
      >);
    })
    .all(refuseMethod);
  app
    .route('/v1/documents/:id')
    .get(...trusted, async (request, response) => {
      const docId = valid(storableId, request.params.id);
      const { knowledge_base } = valid(documentQuerySchema, request.query);
      const name = { tenant: tenantOf(response.locals), knowledgeBase: knowledge_base, docId };
      const found = await within(deadlineIn(response.locals).signal, orUnavailable(findDocument(pool, name)));
      if (found === undefined) {
        throw new ApiError('not_found', `no document "${docId}" in knowledge base "${knowledge_base}"`);
      }
      const { version, ...document } = found;
      answerJson(response, 200, { ...document, document_version: version, request_id: requestIdOf(response.locals) } satisfies z.input<
        typeof documentResponseSchema
      >);
    })
    .all(refuseMethod);
  app
    .route('/v1/jobs/:id')
    .get(...trusted, async (request, response) => {
      const jobId = jobIdSchema.safeParse(request.params.id).data;
      const name = { tenant: tenantOf(response.locals), jobId: jobId ?? '' };
      const job =
        jobId === undefined
          ? undefined
          : await within(deadlineIn(response.locals).signal, orUnavailable(findJob(pool, name, { collection, shards })));
      if (job === undefined) {
        throw new ApiError('not_found', `no job "${String(request.params.id)}"`);
      }
      answerJson(response, 200, { ...job, request_id: requestIdOf(response.locals) } satisfies JobResponse);
    })
    .all(refuseMethod);
  app.use(refuseUnknownPath, respondWithError(parts.logger));
  return app;
}
