import { runProcess } from '../runtime/process.ts';
import { listen } from '../runtime/server.ts';
import { createProviderApp } from './app.ts';
import { providerSettingsSchema } from './settings.ts';

await runProcess('provider', providerSettingsSchema, async ({ settings, logger, onClose }) => {
  const server = await listen(createProviderApp(settings, logger), settings.HOST, settings.PORT);
  onClose(() => server.close());
  logger.info({ port: server.port, embeddings: settings.EMBEDDINGS_PRESET, chat: settings.CHAT_PRESET }, 'listening');
});
