import { z } from 'zod';
import { evidenceSchema } from './evidence.ts';

const metadataValue = z.union([z.string().max(1024), z.number(), z.boolean()]);

/** Flat labels of a document; filters compare them for equality. */
export const metadataSchema = z.record(z.string().min(1).max(128), metadataValue);

export const documentIdSchema = z.string().min(1).max(256);
export const knowledgeBaseSchema = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/);

export const filtersSchema = z.strictObject({
  knowledge_base: knowledgeBaseSchema.optional(),
  metadata: metadataSchema.optional(),
});

/** `POST /v1/search` */
export const searchRequestSchema = z.strictObject({
  query_text: z.string().trim().min(1).max(8192),
  top_k: z.int().min(1).max(100).default(10),
  filters: filtersSchema.default({}),
  rerank: z.boolean().default(false),
});
export type SearchRequest = z.infer<typeof searchRequestSchema>;

export const hitSchema = z.strictObject({
  doc_id: documentIdSchema,
  score: z.number(),
  content: z.string(),
  knowledge_base: knowledgeBaseSchema,
  metadata: metadataSchema,
  /** Sequence number of the change that wrote this content: higher is newer. */
  document_version: z.int().positive(),
});
export type Hit = z.infer<typeof hitSchema>;

export const searchResponseSchema = z.strictObject({ results: z.array(hitSchema), evidence: evidenceSchema });
export type SearchResponse = z.infer<typeof searchResponseSchema>;

/** Names one conversation of a tenant; the same id under another tenant is another conversation. */
export const sessionIdSchema = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/);

/** `POST /v1/ask`, also served as `/api/v1/ask` */
export const askRequestSchema = z.strictObject({
  query: z.string().trim().min(1).max(8192),
  top_k: z.int().min(1).max(100).default(10),
  filters: filtersSchema.default({}),
  /** Answers as server-sent events (`askEventSchemas`); where it is not given, an `accept` header that prefers them decides. */
  stream: z.boolean().optional(),
  session_id: sessionIdSchema.optional(),
});

export const askResponseSchema = z.strictObject({
  answer: z.string(),
  sources: z.array(hitSchema),
  usage: z.strictObject({ prompt_tokens: z.int().nonnegative(), completion_tokens: z.int().nonnegative() }),
  evidence: evidenceSchema,
});
export type AskResponse = z.infer<typeof askResponseSchema>;
