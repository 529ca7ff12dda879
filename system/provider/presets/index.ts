import { gpt4oMini } from './gpt-4o-mini.ts';
import { instant } from './instant.ts';
import type { Preset } from './preset.ts';

export const presetNames = ['instant', 'gpt-4o-mini'] as const;
export type ProviderPreset = (typeof presetNames)[number];

/**
 * Every preset by name. To add one: write `<name>.ts` beside `gpt-4o-mini.ts` with its published figures and their
 * source, name it here and in the contract's topology, and add its quantiles to `presets.test.ts`.
 */
export const presets: Record<ProviderPreset, Preset> = { instant, 'gpt-4o-mini': gpt4oMini };
