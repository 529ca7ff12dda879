import { visible } from './untrusted-text.ts';

/** Markup that is already safe. Only this file and the chart compiler make it. */
export interface Markup {
  readonly markup: string;
}

export type Insertable = Markup | string | number | undefined | false | readonly Insertable[];

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** The text as character data or as a quoted attribute value of HTML and SVG. */
export function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

function inserted(value: Insertable): string {
  if (value === undefined || value === false) {
    return '';
  }
  if (typeof value === 'string' || typeof value === 'number') {
    return escaped(String(value));
  }
  return 'markup' in value ? value.markup : value.map(inserted).join('');
}

/** Tagged template: every inserted text is escaped, inserted markup is kept. */
export function html(parts: TemplateStringsArray, ...values: readonly Insertable[]): Markup {
  return { markup: parts.reduce((all, part, index) => all + inserted(values[index - 1]) + part) };
}

/** Marks the output of a compiler that escapes by itself as safe. */
export function trusted(markup: string): Markup {
  return { markup };
}

/** Text whose numbers stay on one line with their units. */
export function prose(text: string): Markup {
  return trusted(escaped(text).replace(/(\d) (?=%|×|(?:ms|s|h|min|KiB|MiB|GiB|TiB)\b)/g, '$1&#160;'));
}
