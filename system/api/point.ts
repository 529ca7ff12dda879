import { v5 as uuidv5 } from 'uuid';
import { z } from 'zod';
import { documentIdSchema, type Hit, knowledgeBaseSchema, metadataSchema, type SearchRequest } from './search.ts';

/** Any constant would do; this one was drawn once and must never change, since point ids are derived from it. */
const namespace = '6f2d3f0e-6a3b-4c57-9d0c-7b1d2c1c9a54';

/** What names a document: the same text under another tenant or knowledge base is another document. */
export interface DocumentKey {
  readonly tenant: string;
  readonly knowledge_base: string;
  readonly doc_id: string;
}

/**
 * The point id of a document, a UUIDv5. Neither a tenant nor a knowledge base can contain "/", so different keys never
 * give the same name.
 */
export function pointIdOf({ tenant, knowledge_base, doc_id }: DocumentKey): string {
  return uuidv5(`${tenant}/${knowledge_base}/${doc_id}`, namespace);
}

/** Names of the two vectors of a point in a hybrid collection; the only vector of a dense one has no name. */
export const denseVector = 'dense';
export const sparseVector = 'bm25';

/** What a point carries beside its vector. */
export const pointPayloadSchema = z.object({
  tenant: z.string(),
  knowledge_base: knowledgeBaseSchema,
  doc_id: documentIdSchema,
  content: z.string(),
  metadata: metadataSchema,
  document_version: z.int().positive(),
  /** One per metadata entry, made for filtering; absent when there is no metadata. */
  labels: z.array(z.string()).optional(),
});
export type PointPayload = z.infer<typeof pointPayloadSchema>;

/** Payload fields that searches filter on and that therefore have an index. */
export const indexedPayloadFields = ['tenant', 'knowledge_base', 'labels'] as const satisfies readonly (keyof PointPayload)[];

/**
 * One metadata entry as a keyword. Filters match keywords because Qdrant compares neither fractions for equality nor
 * finds keys that contain a dot.
 */
export function labelOf(key: string, value: string | number | boolean): string {
  return JSON.stringify([key, value]);
}

export function labelsOf(metadata: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(metadata).map(([key, value]) => labelOf(key, value));
}

export interface KeywordCondition {
  readonly key: (typeof indexedPayloadFields)[number];
  readonly match: { readonly value: string };
}

/** The filter of a search: always the tenant, and what the caller asked for besides. */
export function pointFilterOf(tenant: string, filters: SearchRequest['filters']): { must: KeywordCondition[] } {
  const must: KeywordCondition[] = [{ key: 'tenant', match: { value: tenant } }];
  if (filters.knowledge_base !== undefined) {
    must.push({ key: 'knowledge_base', match: { value: filters.knowledge_base } });
  }
  for (const label of labelsOf(filters.metadata ?? {})) {
    must.push({ key: 'labels', match: { value: label } });
  }
  return { must };
}

/** A hit as callers see it. */
export function hitOf(score: number, { doc_id, content, knowledge_base, metadata, document_version }: PointPayload): Hit {
  return { doc_id, score, content, knowledge_base, metadata, document_version };
}
