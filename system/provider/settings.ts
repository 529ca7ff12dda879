import { z } from 'zod';
import { providerEnvironmentSchema } from '../api/environment.ts';
import { presetNames } from './presets/index.ts';
import { rerankPresetNames } from './rerank-timing.ts';

const preset = z.enum(presetNames).default('instant');

/** The provider's environment, with the presets by name. */
export const providerSettingsSchema = providerEnvironmentSchema.safeExtend({
  EMBEDDINGS_PRESET: preset,
  CHAT_PRESET: preset,
  RERANK_PRESET: z.enum(rerankPresetNames).default('instant'),
});

/** All that the app reads of it; where it listens is the process's business. */
export type ProviderSettings = Omit<z.output<typeof providerSettingsSchema>, 'HOST' | 'PORT' | 'LOG_LEVEL'>;
