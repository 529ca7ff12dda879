import type { Document } from '../api/documents.ts';
import type { Pool } from './database.ts';

export interface StoredDocument extends Document {
  readonly version: number;
}

interface DocumentName {
  readonly tenant: string;
  readonly knowledgeBase: string;
  readonly docId: string;
}

/** The document as the change log has it, visible to searches or not yet; undefined when there is none or it was deleted. */
export async function findDocument(pool: Pool, { tenant, knowledgeBase, docId }: DocumentName): Promise<StoredDocument | undefined> {
  const { rows } = await pool.query<StoredDocument>(
    `SELECT documents.doc_id, documents.knowledge_base, change_log.content, change_log.metadata, documents.version::float8 AS version
     FROM documents JOIN change_log ON change_log.sequence = documents.version
     WHERE documents.tenant = $1 AND documents.knowledge_base = $2 AND documents.doc_id = $3 AND NOT documents.deleted`,
    [tenant, knowledgeBase, docId],
  );
  return rows[0];
}

export interface Page {
  readonly tenant: string;
  readonly knowledgeBase: string;
  /** Ids above this one, in byte order; the empty string begins at the first. */
  readonly after: string;
  readonly limit: number;
}

export interface ListedDocument {
  readonly doc_id: string;
  readonly knowledge_base: string;
  readonly document_version: number;
}

/** A page of ids in ascending byte order; `nextAfter` is null on the last page. */
export async function listDocuments(
  pool: Pool,
  { tenant, knowledgeBase, after, limit }: Page,
): Promise<{ documents: ListedDocument[]; nextAfter: string | null }> {
  // One more than asked for tells whether there is a next page.
  const { rows } = await pool.query<ListedDocument>(
    `SELECT doc_id, knowledge_base, version::float8 AS document_version FROM documents
     WHERE tenant = $1 AND knowledge_base = $2 AND doc_id > $3 AND NOT deleted ORDER BY doc_id LIMIT $4`,
    [tenant, knowledgeBase, after, limit + 1],
  );
  const documents = rows.slice(0, limit);
  return { documents, nextAfter: rows.length > limit ? (documents.at(-1)?.doc_id ?? null) : null };
}
