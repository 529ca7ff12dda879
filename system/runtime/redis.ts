import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { backoffMs } from '../policies/resilience/backoff.ts';
import { ApiError } from './api-error.ts';
import { within } from './deadline.ts';
import { type Check, healthy, unhealthy } from './probes.ts';

const backoff = { firstMs: 50, longestMs: 2_000 };
const connectLimitMs = 2_000;
/** Redis is asked whether it is there so often; while the last question is open for longer than this, nothing else is asked. */
const heartbeatMs = 500;
const silentAfterMs = 1_000;
/** Commands that wait for their answers; more are refused, so that a Redis that hangs does not fill the memory. */
const longestQueue = 10_000;
const closeGraceMs = 500;

/** Opens no connection yet. The library is loaded only by processes that use it: it takes 34 MB. */
async function createRedisClient(url: string, name: string) {
  const { createClient } = await import('redis');
  return createClient({
    url,
    name,
    // Who asks while nobody is there is to be told at once.
    disableOfflineQueue: true,
    commandsQueueMaxLength: longestQueue,
    socket: { connectTimeout: connectLimitMs, reconnectStrategy: (retries) => backoffMs(retries, backoff, () => 1 - Math.random()) },
  });
}

export type RedisClient = Awaited<ReturnType<typeof createRedisClient>>;

/** The shared Redis, over one connection that is made again whenever it is lost. */
export interface RedisConnection {
  /**
   * Runs commands that are sent at once. Rejects with `unavailable` when Redis is not reached or does not answer, with
   * `upstream_failed` when it refuses a command, and with the reason of the signal when that aborts first; whether a command
   * that was given up took effect is then not known.
   */
  run<T>(signal: AbortSignal, commands: (client: RedisClient) => Promise<T>): Promise<T>;
  /** Unhealthy until Redis was reached once; later it is only told, because the process does its work without, and says so. */
  readonly check: () => Check;
  close(): Promise<void>;
}

/** Keeps connecting in the background; resolves at once, whether or not Redis is there. */
export async function openRedis({
  url,
  name,
  logger,
}: {
  readonly url: string;
  /** By which Redis lists the connection. */
  readonly name: string;
  readonly logger: Logger;
}): Promise<RedisConnection> {
  const client = await createRedisClient(url, name);
  // Never the URL as it is: it may hold a password.
  const { host } = new URL(url);
  let lost: string | undefined = 'not connected yet';
  let wasReached = false;
  client.on('ready', () => {
    lost = undefined;
    wasReached = true;
    logger.info({ redis: host }, 'connected to Redis');
  });
  client.on('error', (error: Error) => {
    if (lost === undefined) {
      logger.warn({ err: error, redis: host }, 'the connection to Redis is lost; connecting again');
    }
    lost = error.message || String(error);
  });
  // Tries again for as long as the process runs; only closing ends it.
  client.connect().catch((error: unknown) => logger.debug({ err: error, redis: host }, 'no longer connecting to Redis'));

  let askedAtMs: number | undefined;
  const heartbeat = setInterval(() => {
    if (askedAtMs === undefined && client.isReady) {
      askedAtMs = performance.now();
      client.ping().then(
        () => (askedAtMs = undefined),
        // The connection is gone, which its own event has told.
        () => (askedAtMs = undefined),
      );
    }
  }, heartbeatMs);
  const trouble = () => {
    const silentMs = askedAtMs === undefined ? 0 : performance.now() - askedAtMs;
    return lost ?? (silentMs > silentAfterMs ? `no answer for ${Math.round(silentMs)} ms` : undefined);
  };

  return {
    async run(signal, commands) {
      signal.throwIfAborted();
      const known = trouble();
      if (known !== undefined) {
        throw new ApiError('unavailable', `Redis at ${host} is not reached: ${known}`);
      }
      try {
        return await within(signal, commands(client));
      } catch (error) {
        if (error instanceof ApiError || signal.aborted) {
          throw error;
        }
        const message = error instanceof Error ? error.message : String(error);
        // Everything else is of the connection: node-redis names its own classes, which are loaded with it.
        const { ErrorReply } = await import('redis');
        throw error instanceof ErrorReply
          ? new ApiError('upstream_failed', `Redis at ${host} refused: ${message}`, { cause: error })
          : new ApiError('unavailable', `Redis at ${host} is not reached: ${message}`, { cause: error });
      }
    },
    check() {
      const known = trouble();
      if (!wasReached) {
        return unhealthy(`Redis at ${host} was not reached yet: ${known ?? 'connecting'}`);
      }
      return healthy(known === undefined ? undefined : `Redis at ${host} is not reached, answers go without it: ${known}`);
    },
    async close() {
      clearInterval(heartbeat);
      if (client.isReady) {
        await Promise.race([client.close(), wait(closeGraceMs, undefined, { ref: false })]);
      }
      if (client.isOpen) {
        client.destroy();
      }
    },
  };
}
