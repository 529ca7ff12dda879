import type { Section } from '../html/parts.ts';
import type { CacheReplayStrings } from './strings.ts';

/** A part of the page of a replay; the navigation lists exactly the sections that exist. */
export type CacheReplaySection = Section<Exclude<keyof CacheReplayStrings['nav'], 'label' | 'answer'>>;
