import type { ClientBase } from 'pg';
import { type AppliedSequenceRow, appliedSequenceChannel, selectAppliedSequence } from '../api/change-log.ts';

/** Applied by shard number. Throws when a shard has no cursor. */
export async function readCursors(client: ClientBase, collection: string, shards: number): Promise<number[]> {
  const { rows } = await client.query<AppliedSequenceRow>(selectAppliedSequence, [collection]);
  const known = new Map(rows.map(({ shard, sequence }) => [shard, sequence]));
  return Array.from({ length: shards }, (_, shard) => {
    const sequence = known.get(shard);
    if (sequence === undefined) {
      throw new Error(`collection "${collection}" has no cursor for shard ${shard}`);
    }
    return sequence;
  });
}

/** Sets the cursor of some shards and tells the query tier. Setting it to 0 makes the applier write everything again. */
export async function writeCursors(client: ClientBase, collection: string, shards: readonly number[], sequence: number): Promise<void> {
  await client.query({
    name: 'write-cursors',
    text: `WITH moved AS (
        INSERT INTO applied_sequence (collection, shard, sequence) SELECT $1, unnest($2::integer[]), $3
        ON CONFLICT (collection, shard) DO UPDATE SET sequence = excluded.sequence
      ) SELECT pg_notify('${appliedSequenceChannel}', '')`,
    values: [collection, shards, sequence],
  });
}
