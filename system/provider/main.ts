import { z } from 'zod';
import { providerEnvironmentSchema } from '../api/environment.ts';
import { runProcess } from '../runtime/process.ts';
import { listen } from '../runtime/server.ts';
import { createProviderApp } from './app.ts';
import { presetNames } from './presets/index.ts';
import { rerankPresetNames } from './rerank-timing.ts';

const preset = z.enum(presetNames).default('instant');
const rerankPreset = z.enum(rerankPresetNames).default('instant');
const environmentSchema = providerEnvironmentSchema.extend({ EMBEDDINGS_PRESET: preset, CHAT_PRESET: preset, RERANK_PRESET: rerankPreset });

await runProcess('provider', environmentSchema, async ({ settings, logger, onClose }) => {
  const server = await listen(createProviderApp(settings, logger), settings.HOST, settings.PORT);
  onClose(() => server.close());
  logger.info({ port: server.port, embeddings: settings.EMBEDDINGS_PRESET, chat: settings.CHAT_PRESET }, 'listening');
});
