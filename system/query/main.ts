import { queryEnvironmentSchema } from '../api/environment.ts';
import { useDispatcherFetch } from '../runtime/dispatcher-fetch.ts';
import { runProcess } from '../runtime/process.ts';
import { listen } from '../runtime/server.ts';
import { createUpstream } from '../runtime/upstream.ts';
import { openVectorTier } from '../runtime/vector-tier.ts';
import { createQuery } from './app.ts';
import { followAppliedSequence } from './applied-cursor.ts';
import { followRouting } from './shard-routing.ts';

/** Answers searches and questions. Keeps nothing between requests, so that any number of these can run. */
await runProcess('query', queryEnvironmentSchema, async ({ settings, logger, onClose }) => {
  useDispatcherFetch();
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
    readiness: { applied_sequence: cursor.check },
    logger,
  });
  const server = await listen(app, settings.HOST, settings.PORT);
  onClose(() => server.close());
  logger.info({ port: server.port, shards: tier.stores.length }, 'query listens');
});
