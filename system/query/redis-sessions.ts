import { z } from 'zod';
import { ApiError } from '../runtime/api-error.ts';
import type { RedisConnection } from '../runtime/redis.ts';
import type { SessionStore, Turn } from './session-store.ts';

export interface SessionSettings {
  readonly ttlSeconds: number;
  /** The latest turns that are kept. */
  readonly turns: number;
}

const turnSchema = z.strictObject({ question: z.string(), answer: z.string() });

/**
 * Chapter A keeps sessions under `session:{id}` alone, by which whoever knows or guesses the id of another tenant's session reads
 * on in it. A tenant's name has no colon, so that no two pairs give the same key.
 */
export function sessionKey(tenant: string, sessionId: string): string {
  return `session:${tenant}:${sessionId}`;
}

function readTurn(tenant: string, text: string): Turn {
  try {
    return turnSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new ApiError('upstream_failed', `a session of ${tenant} holds something other than turns`, { cause: error });
  }
}

/**
 * Conversations as one list per session, oldest turn first. A turn is added, the list cut and its time to live begun anew in one
 * transaction, so that no instance sees one without the other and no session stays for ever.
 */
export function redisSessions(redis: RedisConnection, { ttlSeconds, turns }: SessionSettings): SessionStore {
  return {
    async history(tenant, sessionId, signal) {
      const found = await redis.run(signal, (client) => client.lRange(sessionKey(tenant, sessionId), -turns, -1));
      return found.map((text) => readTurn(tenant, text));
    },
    async append(tenant, sessionId, { question, answer }, signal) {
      const key = sessionKey(tenant, sessionId);
      await redis.run(signal, (client) =>
        client
          .multi()
          .rPush(key, JSON.stringify({ question, answer } satisfies Turn))
          .lTrim(key, -turns, -1)
          .expire(key, ttlSeconds)
          .exec(),
      );
    },
  };
}
