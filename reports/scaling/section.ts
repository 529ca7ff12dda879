import { type Section, section } from '../html/parts.ts';
import type { Insertable } from '../markup.ts';

/** A part of the page of a simulation; listed in the navigation where it has a name there. */
export interface ScalingSection extends Section<string> {
  readonly nav?: string;
}

export function scalingSection(
  id: string,
  { title, nav }: { readonly title: string; readonly nav?: string },
  subtitle: Insertable,
  body: Insertable,
  className = '',
): ScalingSection {
  return { ...section(id, title, subtitle, body, className), ...(nav !== undefined && { nav }) };
}
