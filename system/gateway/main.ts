import { gatewayEnvironmentSchema } from '../api/environment.ts';
import { runProcess } from '../runtime/process.ts';
import { listen } from '../runtime/server.ts';
import { createUpstream } from '../runtime/upstream.ts';
import { readApiKeys } from './api-keys.ts';
import { createGateway } from './app.ts';

/** The only process that callers talk to: it knows who they are, and everything behind it trusts only it. */
await runProcess('gateway', gatewayEnvironmentSchema, async ({ settings, logger, onClose }) => {
  const keys = await readApiKeys(settings.API_KEYS_FILE);
  const queries = settings.QUERY_URLS.map((url) => createUpstream('query', url));
  const indexer = createUpstream('indexer', settings.INDEXER_URL);
  onClose(async () => {
    await Promise.all([...queries, indexer].map((upstream) => upstream.close()));
  });
  const app = createGateway({ keys, queries, indexer, internalToken: settings.INTERNAL_TOKEN, logger });
  const server = await listen(app, settings.HOST, settings.PORT);
  onClose(() => server.close());
  logger.info({ port: server.port, queries: settings.QUERY_URLS.length }, 'gateway listens');
});
