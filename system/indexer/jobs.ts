import { type AppliedSequenceRow, appliedOnEvery, selectAppliedSequence } from '../api/change-log.ts';
import type { JobResponse } from '../api/documents.ts';
import type { Pool } from './database.ts';

/** A job is a range of the log, so its status follows from how far the log is applied and cannot fall out of step. */
export function jobStatus(firstSequence: number, lastSequence: number, applied: number): JobResponse['status'] {
  if (applied >= lastSequence) {
    return 'completed';
  }
  return applied >= firstSequence ? 'applying' : 'queued';
}

interface JobRow {
  readonly first_sequence: number;
  readonly last_sequence: number;
  readonly created_at: Date;
  readonly last_error: string | null;
}

interface JobName {
  readonly tenant: string;
  /** A UUID. */
  readonly jobId: string;
}

/** A job of this tenant; undefined when there is none. */
export async function findJob(
  pool: Pool,
  { tenant, jobId }: JobName,
  { collection, shards }: { readonly collection: string; readonly shards: number },
): Promise<Omit<JobResponse, 'request_id'> | undefined> {
  const { rows } = await pool.query<JobRow>(
    `SELECT first_sequence::float8 AS first_sequence, last_sequence::float8 AS last_sequence, created_at, last_error
     FROM jobs WHERE job_id = $1 AND tenant = $2`,
    [jobId, tenant],
  );
  const job = rows[0];
  if (job === undefined) {
    return undefined;
  }
  const { rows: cursors } = await pool.query<AppliedSequenceRow>(selectAppliedSequence, [collection]);
  const applied = appliedOnEvery(cursors, shards);
  return {
    job_id: jobId,
    status: jobStatus(job.first_sequence, job.last_sequence, applied),
    first_sequence: job.first_sequence,
    last_sequence: job.last_sequence,
    applied_sequence: applied,
    created_at: job.created_at.toISOString(),
    last_error: job.last_error,
  };
}

/** Notes on every job that touches the range what keeps it from being applied. */
export async function noteTrouble(pool: Pool, firstSequence: number, lastSequence: number, message: string): Promise<void> {
  await pool.query('UPDATE jobs SET last_error = $3 WHERE first_sequence <= $2 AND last_sequence >= $1', [
    firstSequence,
    lastSequence,
    message,
  ]);
}
