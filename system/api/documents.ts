import { z } from 'zod';
import { documentIdSchema, knowledgeBaseSchema, metadataSchema } from './search.ts';

export const documentSchema = z.strictObject({
  doc_id: documentIdSchema,
  content: z.string().min(1).max(65_536),
  knowledge_base: knowledgeBaseSchema.default('default'),
  metadata: metadataSchema.default({}),
});
export type Document = z.infer<typeof documentSchema>;

/** `POST /v1/documents`: adds or replaces, in the order given. */
export const putDocumentsRequestSchema = z.strictObject({ documents: z.array(documentSchema).min(1).max(1000) });

/** `DELETE /v1/documents` */
export const deleteDocumentsRequestSchema = z.strictObject({
  doc_ids: z.array(documentIdSchema).min(1).max(1000),
  knowledge_base: knowledgeBaseSchema.default('default'),
});

/**
 * Answer to a write, 202: its changes are in the change log (never lost from here on) under consecutive sequence
 * numbers, and become visible when the job is `completed`.
 */
export const writeResponseSchema = z.strictObject({
  job_id: z.string(),
  request_id: z.string(),
  acknowledgement: z.literal('async'),
  first_sequence: z.int().positive(),
  last_sequence: z.int().positive(),
});
export type WriteResponse = z.infer<typeof writeResponseSchema>;

/** `GET /v1/documents/{doc_id}?knowledge_base=default`: the document as the change log has it. */
export const documentResponseSchema = z.strictObject({
  ...documentSchema.shape,
  document_version: z.int().positive(),
  request_id: z.string(),
});

/** `GET /v1/documents?knowledge_base=&after=&limit=`: ids in ascending order, a page at a time. */
export const documentListResponseSchema = z.strictObject({
  documents: z.array(
    z.strictObject({ doc_id: documentIdSchema, knowledge_base: knowledgeBaseSchema, document_version: z.int().positive() }),
  ),
  next_after: z.string().nullable(),
  request_id: z.string(),
});

/** `GET /v1/jobs/{id}` */
export const jobResponseSchema = z.strictObject({
  job_id: z.string(),
  status: z.enum(['queued', 'applying', 'completed']),
  first_sequence: z.int().positive(),
  last_sequence: z.int().positive(),
  /** Applied on every shard. */
  applied_sequence: z.int().nonnegative(),
  created_at: z.iso.datetime(),
  /** The last trouble met while applying; the indexer keeps trying. */
  last_error: z.string().nullable(),
  request_id: z.string(),
});
export type JobResponse = z.infer<typeof jobResponseSchema>;
