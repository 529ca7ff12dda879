import type { PoolClient } from 'pg';
import { DatabaseRefusal, type Pool } from './database.ts';

/** Held while migrating, so that indexers that start together do it one after the other. The number only has to be ours. */
const migrationLock = 7_220_001;

/** In order, each applied once. Never change one that was released: add another. */
const migrations: readonly string[] = [
  `
  -- One row: the number of the last change. Appenders take turns on it, and it is committed with their changes, so that
  -- numbers become visible in order and without gaps. A sequence object would hand out numbers that commit out of order.
  CREATE TABLE change_log_head (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    last_sequence bigint NOT NULL
  );
  INSERT INTO change_log_head (last_sequence) VALUES (0);

  CREATE TABLE change_log (
    sequence bigint PRIMARY KEY,
    tenant text NOT NULL,
    knowledge_base text NOT NULL,
    doc_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('put', 'delete')),
    content text CHECK ((content IS NOT NULL) = (kind = 'put')),
    metadata json CHECK ((metadata IS NOT NULL) = (kind = 'put')),
    created_at timestamptz NOT NULL DEFAULT now()
  );

  -- The current state: which change wrote each document last. A deleted document keeps its row, because the statement
  -- that deletes may not yet see the row that another one has just put there, while ON CONFLICT always does.
  CREATE TABLE documents (
    tenant text NOT NULL,
    knowledge_base text NOT NULL,
    doc_id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    deleted boolean NOT NULL,
    PRIMARY KEY (tenant, knowledge_base, doc_id)
  );

  CREATE TABLE jobs (
    job_id uuid PRIMARY KEY,
    tenant text NOT NULL,
    first_sequence bigint NOT NULL,
    last_sequence bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_error text
  );
  CREATE INDEX jobs_by_last_sequence ON jobs (last_sequence);

  -- How far each shard has applied the log.
  CREATE TABLE applied_sequence (
    collection text NOT NULL,
    shard integer NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (collection, shard)
  );

  -- What the applied sequences of a collection were reached with; with another layout they would be wrong.
  CREATE TABLE collection_layouts (
    collection text PRIMARY KEY,
    strategy text NOT NULL,
    shards integer NOT NULL,
    dimensions integer NOT NULL,
    model text NOT NULL
  );
  `,
  `
  -- Where documents are whose place does not follow from their id: on "shard" from change "from_sequence" on, until their
  -- next row; on none where it is null. The history is kept because a shard that lost everything reads the log again, and
  -- must find for every change the place that it had.
  CREATE TABLE locations (
    collection text NOT NULL,
    point_id uuid NOT NULL,
    from_sequence bigint NOT NULL,
    shard integer,
    document_number bigint,
    PRIMARY KEY (collection, point_id, from_sequence)
  );

  -- How far places are decided, and what the next decisions rest on. The centroids of a semantic collection never change.
  CREATE TABLE placement_state (
    collection text PRIMARY KEY,
    placed_sequence bigint NOT NULL,
    documents bigint NOT NULL,
    points_per_shard integer[] NOT NULL,
    centroids json
  );
  `,
];

/** Brings the database to the newest version. Safe to run at any time and by several processes at once. */
export async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect();
  let failed = true;
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    await migrateLocked(client);
    await client.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
    failed = false;
  } finally {
    // A connection that failed may still hold the lock; closing it lets go.
    client.release(failed);
  }
}

async function migrateLocked(client: PoolClient): Promise<void> {
  await client.query('CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)');
  const { rows } = await client.query<{ version: number }>('SELECT coalesce(max(version), 0) AS version FROM schema_version');
  const done = rows[0]?.version ?? 0;
  if (done > migrations.length) {
    throw new DatabaseRefusal(`the database has schema version ${done}, this indexer knows ${migrations.length}; use a newer indexer`);
  }
  for (const [index, statements] of migrations.entries()) {
    const version = index + 1;
    if (version > done) {
      await client.query(`BEGIN; ${statements}; INSERT INTO schema_version (version) VALUES (${version}); COMMIT`);
    }
  }
}
