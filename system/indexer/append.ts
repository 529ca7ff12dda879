import { randomUUID } from 'node:crypto';
import { changeLogChannel } from '../api/change-log.ts';
import type { Document } from '../api/documents.ts';
import type { Pool } from './database.ts';

export type NewChange =
  | ({ readonly kind: 'put' } & Document)
  | { readonly kind: 'delete'; readonly knowledge_base: string; readonly doc_id: string };

export interface Appended {
  readonly jobId: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/**
 * One statement, so one transaction and one round trip: takes the next numbers from the locked head, writes the changes,
 * the current state and the job, and wakes the applier. The lock on the head is held only inside the server.
 */
const appendStatement = `
WITH head AS (
  UPDATE change_log_head SET last_sequence = last_sequence + cardinality($2::text[])
  RETURNING last_sequence - cardinality($2::text[]) AS before
), changes AS (
  INSERT INTO change_log (sequence, tenant, knowledge_base, doc_id, kind, content, metadata)
  SELECT head.before + given.position, $1, given.knowledge_base, given.doc_id, given.kind, given.content, given.metadata::json
  FROM head, unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    WITH ORDINALITY AS given (kind, knowledge_base, doc_id, content, metadata, position)
  RETURNING sequence, knowledge_base, doc_id, kind
), current AS (
  INSERT INTO documents (tenant, knowledge_base, doc_id, version, deleted)
  SELECT DISTINCT ON (knowledge_base, doc_id) $1, knowledge_base, doc_id, sequence, kind = 'delete'
  FROM changes ORDER BY knowledge_base, doc_id, sequence DESC
  ON CONFLICT (tenant, knowledge_base, doc_id) DO UPDATE SET version = excluded.version, deleted = excluded.deleted
), job AS (
  INSERT INTO jobs (job_id, tenant, first_sequence, last_sequence)
  SELECT $7::uuid, $1, before + 1, before + cardinality($2::text[]) FROM head
)
SELECT before::float8 AS before, pg_notify('${changeLogChannel}', '') FROM head`;

/**
 * Appends changes in the order given under consecutive numbers. When it resolves they are durable; when it rejects they
 * may be. Later appends have higher numbers, and no number becomes visible before a lower one.
 */
export async function append(pool: Pool, tenant: string, changes: readonly NewChange[]): Promise<Appended> {
  const jobId = randomUUID();
  const { rows } = await pool.query<{ before: number }>({
    name: 'append',
    text: appendStatement,
    values: [
      tenant,
      changes.map(({ kind }) => kind),
      changes.map(({ knowledge_base }) => knowledge_base),
      changes.map(({ doc_id }) => doc_id),
      changes.map((change) => (change.kind === 'put' ? change.content : null)),
      changes.map((change) => (change.kind === 'put' ? JSON.stringify(change.metadata) : null)),
      jobId,
    ],
  });
  const before = rows[0]?.before;
  if (before === undefined) {
    throw new Error('the change log has no head row; the database was changed by something else');
  }
  return { jobId, firstSequence: before + 1, lastSequence: before + changes.length };
}
