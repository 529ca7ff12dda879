import type { z } from 'zod';
import { queryEnvironmentSchema } from '../api/environment.ts';
import { runProcess } from '../runtime/process.ts';
import { openRedis, type RedisConnection } from '../runtime/redis.ts';
import { listen } from '../runtime/server.ts';
import { createUpstream } from '../runtime/upstream.ts';
import { openVectorTier } from '../runtime/vector-tier.ts';
import { createQuery, type QueryParts } from './app.ts';
import { followAppliedSequence } from './applied-cursor.ts';
import { redisSessions } from './redis-sessions.ts';
import { followRouting } from './shard-routing.ts';

/** What the query tier keeps in Redis, as its settings say. */
function keptIn(redis: RedisConnection, settings: z.output<typeof queryEnvironmentSchema>): Pick<QueryParts, 'sessions' | 'answerCache'> {
  const ttlSeconds = settings.ANSWER_CACHE_TTL_SECONDS;
  return {
    sessions: settings.SESSIONS
      ? redisSessions(redis, { ttlSeconds: settings.SESSION_TTL_SECONDS, turns: settings.SESSION_TURNS })
      : undefined,
    answerCache: ttlSeconds === undefined ? undefined : { redis, ttlSeconds, expiry: settings.ANSWER_CACHE_EXPIRY },
  };
}

/** Answers searches and questions. Keeps nothing between requests, so that any number of these can run. */
await runProcess('query', queryEnvironmentSchema, async ({ settings, logger, onClose }) => {
  const stopping = new AbortController();
  const provider = createUpstream('provider', settings.PROVIDER_URL);
  onClose(() => provider.close());
  const tier = openVectorTier(settings);
  const cursor = followAppliedSequence({
    connectionString: settings.DATABASE_URL,
    collection: settings.COLLECTION,
    shards: tier.stores.length,
    logger,
    signal: stopping.signal,
  });
  const { routing, ended: routingEnded } = followRouting({
    policy: tier.policy,
    connectionString: settings.DATABASE_URL,
    collection: settings.COLLECTION,
    logger,
    signal: stopping.signal,
  });
  onClose(async () => {
    stopping.abort();
    await Promise.all([cursor.ended, routingEnded]);
  });
  const redis = settings.REDIS_URL === undefined ? undefined : await openRedis({ url: settings.REDIS_URL, name: 'query', logger });
  onClose(() => redis?.close());
  const app = createQuery({
    provider,
    embedding: { model: settings.EMBEDDING_MODEL, dimensions: settings.EMBEDDING_DIM },
    chatModel: settings.CHAT_MODEL,
    retrieval: settings.RETRIEVAL,
    rerank: settings.RERANK,
    rerankModel: settings.RERANK_MODEL,
    collection: settings.COLLECTION,
    stores: tier.stores,
    routing,
    appliedSequence: cursor.lowest,
    internalToken: settings.INTERNAL_TOKEN,
    ...(redis === undefined ? {} : keptIn(redis, settings)),
    readiness: { applied_sequence: cursor.check, ...(redis === undefined ? {} : { redis: redis.check }) },
    logger,
  });
  const server = await listen(app, settings.HOST, settings.PORT);
  onClose(() => server.close());
  logger.info({ port: server.port, shards: tier.stores.length }, 'query listens');
});
