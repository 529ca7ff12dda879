import { Client } from 'pg';
import { changeLogChannel } from '../api/change-log.ts';
import { backoffMs } from '../policies/resilience/backoff.ts';
import { connectionConfig, pause } from '../runtime/postgres-listener.ts';
import { type ApplierParts, ApplyError, applySession } from './apply-session.ts';
import type { Pool } from './database.ts';
import { noteTrouble } from './jobs.ts';

/** Held by the one indexer that applies. The number only has to be ours. */
const applierLock = 7_220_002;
const lockRetryMs = 1_000;
const backoff = { firstMs: 100, longestMs: 5_000 };

export interface Applier {
  /** `applying`, `standby` behind another instance, or what keeps it from applying. */
  state(): string;
  /** Whether every shard had its collection at some time, or another instance sees to it. */
  prepared(): boolean;
  readonly ended: Promise<void>;
}

interface ApplierOptions extends ApplierParts {
  readonly connectionString: string;
  readonly pool: Pool;
  readonly signal: AbortSignal;
}

/** Applies the log for as long as the signal allows. Nothing that fails ends it or makes it skip a change: it waits and begins again at the cursors. */
export function startApplier(options: ApplierOptions): Applier {
  let state = 'starting';
  let prepared = false;
  const run = async () => {
    let failures = 0;
    const parts: ApplierParts = {
      ...options,
      onPrepared() {
        prepared = true;
        state = 'applying';
        options.onPrepared();
      },
      onApplied(batch) {
        failures = 0;
        options.onApplied(batch);
      },
    };
    while (!options.signal.aborted) {
      try {
        await applyWhileLocked(options, parts, () => {
          prepared = true;
          state = 'standby';
        });
      } catch (error) {
        state = error instanceof Error ? error.message : String(error);
        failures += 1;
        await report(options, error, failures);
        await pause(
          backoffMs(failures - 1, backoff, () => 1 - Math.random()),
          options.signal,
        );
      }
    }
  };
  return { state: () => state, prepared: () => prepared, ended: run() };
}

async function report({ logger, pool }: ApplierOptions, error: unknown, failures: number): Promise<void> {
  logger.error({ err: error, failures }, 'changes could not be applied; trying again');
  if (error instanceof ApplyError) {
    try {
      await noteTrouble(pool, error.firstSequence, error.lastSequence, error.message);
    } catch (second) {
      logger.warn({ err: second }, 'the trouble could not be noted on its jobs');
    }
  }
}

/**
 * Applies over the connection that holds the lock: without the lock there is no connection to move a cursor with. Resolves
 * when the signal aborts or when another instance has the lock.
 */
async function applyWhileLocked(
  { connectionString, signal, wakeup }: ApplierOptions,
  parts: ApplierParts,
  onStandby: () => void,
): Promise<void> {
  const client = new Client(connectionConfig(connectionString, 'indexer-applier'));
  const lost = new AbortController();
  client.on('error', (error) => lost.abort(error));
  client.on('end', () => lost.abort(new Error('PostgreSQL closed the connection of the applier')));
  client.on('notification', () => wakeup.wake());
  try {
    await client.connect();
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [applierLock]);
    if (rows[0]?.locked !== true) {
      onStandby();
      await pause(lockRetryMs, signal);
      return;
    }
    await client.query(`LISTEN ${client.escapeIdentifier(changeLogChannel)}`);
    await applySession(parts, client, AbortSignal.any([signal, lost.signal]));
    if (!signal.aborted) {
      throw lost.signal.reason;
    }
  } catch (error) {
    // What a stop interrupts has not failed.
    if (!signal.aborted) {
      throw error;
    }
  } finally {
    await Promise.race([client.end(), pause(500, new AbortController().signal)]);
  }
}
