import type { Logger } from 'pino';
import { Counter, Gauge } from 'prom-client';
import { indexerEnvironmentSchema } from '../api/environment.ts';
import { backoffMs } from '../policies/resilience/backoff.ts';
import { useDispatcherFetch } from '../runtime/dispatcher-fetch.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { watchPool } from '../runtime/pool-use.ts';
import { pause } from '../runtime/postgres-listener.ts';
import { healthy, unhealthy } from '../runtime/probes.ts';
import { runProcess } from '../runtime/process.ts';
import { listen } from '../runtime/server.ts';
import { createUpstream } from '../runtime/upstream.ts';
import { openVectorTier } from '../runtime/vector-tier.ts';
import { createIndexer } from './app.ts';
import { type Applier, startApplier } from './applier.ts';
import { assertLayout, type Layout } from './collections.ts';
import { createPool, isUnavailable, type Pool } from './database.ts';
import { migrate } from './migrations.ts';
import { wakeup } from './wakeup.ts';

/** Waits for PostgreSQL for as long as it takes, since the processes start in no order; anything else that fails is final. */
async function prepareDatabase(pool: Pool, layout: Layout, logger: Logger, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      await migrate(pool);
      await assertLayout(pool, layout);
      return;
    } catch (error) {
      if (!isUnavailable(error)) {
        throw error;
      }
      logger.warn({ err: error }, 'PostgreSQL is not there yet');
      await pause(
        backoffMs(attempt, { firstMs: 50, longestMs: 1_000 }, () => 1 - Math.random()),
        signal,
      );
    }
  }
}

/** Takes documents into the change log, and applies the log to the shards. */
await runProcess('indexer', indexerEnvironmentSchema, async ({ settings, logger, onClose }) => {
  useDispatcherFetch();
  const stopping = new AbortController();
  const tier = openVectorTier(settings);
  const layout: Layout = {
    collection: settings.COLLECTION,
    strategy: tier.placementName,
    shards: tier.stores.length,
    dimensions: settings.EMBEDDING_DIM,
    model: settings.EMBEDDING_MODEL,
  };
  const metrics = createMetrics();
  const indexTotal = new Counter({
    name: 'index_total',
    help: 'Documents made visible, removed from their shards, or moved from one to another.',
    labelNames: ['operation'] as const,
    registers: [metrics.registry],
  });
  const appliedGauge = new Gauge({
    name: 'applied_sequence',
    help: 'Last change of the log that this process applied on every shard.',
    registers: [metrics.registry],
  });
  const pool = createPool(settings.DATABASE_URL);
  // An idle connection that breaks is replaced by the pool; unheard, its error would end the process.
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle connection to PostgreSQL broke'));
  onClose(() => pool.end());
  watchPool('postgres', () => ({ inUse: pool.totalCount - pool.idleCount, waiting: pool.waitingCount }));
  const provider = createUpstream('provider', settings.PROVIDER_URL);
  onClose(() => provider.close());

  let applier: Applier | undefined;
  const wake = wakeup();
  const app = createIndexer({
    pool,
    collection: layout.collection,
    shards: layout.shards,
    internalToken: settings.INTERNAL_TOKEN,
    metrics,
    logger,
    onAppended: wake.wake,
    readiness: {
      database: async () => {
        await pool.query('SELECT 1');
        return healthy();
      },
      // Trouble with a shard later on delays visibility and refuses no write, so it does not make this unready.
      collections: () =>
        applier?.prepared() === true ? healthy(`applier: ${applier.state()}`) : unhealthy(applier?.state() ?? 'not begun'),
    },
  });
  const server = await listen(app, settings.HOST, settings.PORT);
  onClose(async () => {
    stopping.abort();
    await server.close();
    await applier?.ended;
  });
  await prepareDatabase(pool, layout, logger, stopping.signal);
  applier = startApplier({
    connectionString: settings.DATABASE_URL,
    pool,
    provider,
    embedding: { model: settings.EMBEDDING_MODEL, dimensions: settings.EMBEDDING_DIM },
    ...tier,
    layout,
    batchSize: settings.INDEX_BATCH,
    wakeup: wake,
    logger,
    signal: stopping.signal,
    onPrepared: () => logger.info({ shards: layout.shards, collection: layout.collection }, 'every shard has its collection'),
    onApplied({ lastSequence, puts, removals, moves }) {
      indexTotal.inc({ operation: 'upsert' }, puts);
      indexTotal.inc({ operation: 'delete' }, removals);
      indexTotal.inc({ operation: 'move' }, moves);
      appliedGauge.set(lastSequence);
    },
  });
  logger.info({ port: server.port }, 'indexer listens');
});
