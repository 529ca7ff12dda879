import type { Logger } from 'pino';
import { type AppliedSequenceRow, appliedSequenceChannel, selectAppliedSequence } from '../api/change-log.ts';
import { listenTo } from '../runtime/postgres-listener.ts';
import { type Check, healthy, unhealthy } from '../runtime/probes.ts';

export interface AppliedCursor {
  /** Applied on every one of these shards; 0 when nothing is known of one of them. */
  readonly lowest: (shards: readonly number[]) => number;
  readonly check: () => Check;
  readonly ended: Promise<void>;
}

interface CursorOptions {
  readonly connectionString: string;
  readonly collection: string;
  readonly shards: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const rereadMs = 1_000;

/**
 * Follows how far each shard has applied the change log, in memory, so that a search costs no question to PostgreSQL.
 * Without PostgreSQL the last known numbers stay true as lower bounds, because a shard only goes
 * backward when its node lost everything.
 */
export function followAppliedSequence({ connectionString, collection, shards, logger, signal }: CursorOptions): AppliedCursor {
  let applied: ReadonlyMap<number, number> | undefined;
  const listening = listenTo({
    connectionString,
    channel: appliedSequenceChannel,
    rereadMs,
    logger,
    signal,
    refresh: async (client) => {
      const { rows } = await client.query<AppliedSequenceRow>(selectAppliedSequence, [collection]);
      applied = new Map(rows.map(({ shard, sequence }) => [shard, sequence]));
    },
  });
  const lowest = (shards: readonly number[]) => {
    let least = Number.POSITIVE_INFINITY;
    for (const shard of shards) {
      least = Math.min(least, applied?.get(shard) ?? 0);
    }
    return Number.isFinite(least) ? least : 0;
  };
  return {
    lowest,
    check() {
      if (applied === undefined) {
        return unhealthy(`the applied sequence was not read yet: ${listening.trouble() ?? 'reading'}`);
      }
      const missing = Array.from({ length: shards }, (_, shard) => shard).filter((shard) => applied?.has(shard) !== true);
      if (missing.length > 0) {
        return unhealthy(`the indexer has not prepared shard(s) ${missing.join(', ')} of collection "${collection}"`);
      }
      const known = `applied sequence by shard: ${[...applied].map(([shard, sequence]) => `${shard}=${sequence}`).join(' ')}`;
      const trouble = listening.trouble();
      return healthy(trouble === undefined ? known : `${known}; a lower bound, because PostgreSQL is not reachable: ${trouble}`);
    },
    ended: listening.ended,
  };
}
