import { setTimeout as wait } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import type { Logger } from 'pino';
import { backoffMs } from '../policies/resilience/backoff.ts';

export interface ListenOptions {
  readonly connectionString: string;
  readonly channel: string;
  /**
   * Runs after every connect, after every notification and at least every `rereadMs`; never twice at once. It has the
   * connection to itself; a rejection ends that connection.
   */
  readonly refresh: (client: Client) => Promise<void>;
  readonly rereadMs: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface Listening {
  /** Undefined while connected, otherwise why not. */
  trouble(): string | undefined;
  /** Resolves once the signal has ended the listening and the connection is closed. */
  readonly ended: Promise<void>;
}

const backoff = { firstMs: 50, longestMs: 2_000 };

/** A connection on which PostgreSQL that hangs is noticed: connecting and every query have a limit. */
export function connectionConfig(connectionString: string, applicationName: string): ClientConfig {
  return {
    connectionString,
    application_name: applicationName,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
    keepAlive: true,
  };
}

/**
 * Keeps listening to a channel for as long as the signal allows. Notifications are lost while a connection is down and
 * several may be one, so they carry nothing: each is only a reason to read again.
 */
export function listenTo(options: ListenOptions): Listening {
  let trouble: string | undefined = 'not connected yet';
  const run = async () => {
    let attempt = 0;
    while (!options.signal.aborted) {
      try {
        await listenOnce(options, () => {
          trouble = undefined;
          attempt = 0;
        });
      } catch (error) {
        trouble = error instanceof Error ? error.message : String(error);
        options.logger.warn({ err: error, channel: options.channel }, 'the connection to PostgreSQL is lost; connecting again');
      }
      await pause(
        backoffMs(attempt, backoff, () => 1 - Math.random()),
        options.signal,
      );
      attempt += 1;
    }
  };
  return { trouble: () => trouble, ended: run() };
}

/** Waits, at most until the signal aborts; never rejects. */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await wait(durationMs, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) {
      throw error;
    }
  });
}

/** One connection from its start to its end. Resolves only when the signal aborts. */
async function listenOnce({ connectionString, channel, refresh, rereadMs, signal }: ListenOptions, onRead: () => void): Promise<void> {
  const client = new Client(connectionConfig(connectionString, channel));
  const ended = new AbortController();
  const end = (reason: Error) => ended.abort(reason);
  const stop = () => ended.abort();
  let due = Promise.withResolvers<void>();
  client.on('error', end);
  client.on('end', () => end(new Error('PostgreSQL closed the connection')));
  client.on('notification', () => due.resolve());
  ended.signal.addEventListener('abort', () => due.resolve(), { once: true });
  signal.addEventListener('abort', stop, { once: true });
  try {
    await client.connect();
    await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    while (!ended.signal.aborted) {
      due = Promise.withResolvers<void>();
      await refresh(client);
      onRead();
      const timer = setTimeout(due.resolve, rereadMs);
      await due.promise;
      clearTimeout(timer);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    client.removeListener('error', end);
    // What happens to a connection that is being given up is of no interest, but unheard errors would end the process.
    client.on('error', () => undefined);
    await Promise.race([client.end(), wait(500, undefined, { ref: false })]);
  }
  if (!signal.aborted) {
    throw ended.signal.reason;
  }
}
