import { gemini25Flash } from './gemini-2.5-flash.ts';
import { gpt4o } from './gpt-4o.ts';
import { gpt4oMini } from './gpt-4o-mini.ts';
import { instant } from './instant.ts';
import { llama33 } from './llama-3.3-70b-2xh100.ts';
import type { Preset } from './preset.ts';
import { sonnet46 } from './sonnet-4.6.ts';

export const presetNames = ['instant', 'gpt-4o-mini', 'gpt-4o', 'gemini-2.5-flash', 'sonnet-4.6', 'llama-3.3-70b-2xh100'] as const;
export type ProviderPreset = (typeof presetNames)[number];

/**
 * Every preset by name. To add one: write `<name>.ts` beside `gpt-4o-mini.ts` with its published figures and their
 * source, name it here and in the contract's topology, and add its quantiles to `presets.test.ts`.
 */
export const presets: Record<ProviderPreset, Preset> = {
  instant,
  'gpt-4o-mini': gpt4oMini,
  'gpt-4o': gpt4o,
  'gemini-2.5-flash': gemini25Flash,
  'sonnet-4.6': sonnet46,
  'llama-3.3-70b-2xh100': llama33,
};
