import { html, type Markup } from '../markup.ts';
import type { Series } from './looks.ts';

const tenth = (value: number): number => Math.round(value * 10) / 10;

/** The mark of a variant centred on a point; hollow where it only accompanies the one that matters. */
export function mark({ shape, colour }: Series, x: number, y: number, filled = true): Markup {
  const paint = filled ? html`fill="${colour}"` : html`fill="var(--surface)" stroke="${colour}" stroke-width="1.5"`;
  const [cx, cy] = [tenth(x), tenth(y)];
  switch (shape) {
    case 'circle':
      return html`<circle cx="${cx}" cy="${cy}" r="3.6" ${paint}/>`;
    case 'square':
      return html`<rect x="${tenth(x - 3.3)}" y="${tenth(y - 3.3)}" width="6.6" height="6.6" ${paint}/>`;
    case 'triangle-up':
      return html`<path d="M${cx},${tenth(y - 4)}L${tenth(x + 4)},${tenth(y + 3.2)}H${tenth(x - 4)}Z" ${paint}/>`;
    case 'triangle-down':
      return html`<path d="M${cx},${tenth(y + 4)}L${tenth(x + 4)},${tenth(y - 3.2)}H${tenth(x - 4)}Z" ${paint}/>`;
    case 'cross':
      return html`<path d="M${tenth(x - 1.4)},${tenth(y - 4)}h2.8v2.6h2.6v2.8h-2.6v2.6h-2.8v-2.6h-2.6v-2.8h2.6Z" ${paint}/>`;
    case 'diamond':
      return html`<path d="M${cx},${tenth(y - 4.6)}L${tenth(x + 4.6)},${cy}L${cx},${tenth(y + 4.6)}L${tenth(x - 4.6)},${cy}Z" ${paint}/>`;
  }
}

/** Colour, dash and mark of a variant as they appear before its name. */
export function swatch(series: Series): Markup {
  const { colour, dash } = series;
  return html`<svg class="swatch" width="28" height="10" viewBox="0 0 28 10" aria-hidden="true"><line x1="0" x2="28" y1="5" y2="5" stroke="${colour}" stroke-width="2"${dash.length > 0 && html` stroke-dasharray="${dash.join(' ')}"`}/>${mark(series, 14, 5)}</svg>`;
}

/** The shapes of the three check verdicts and of what a stamp says; each is readable without its colour. */
const glyphs = {
  pass: html`<circle cx="7" cy="7" r="6" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M4.2,7.2l2,2l3.6,-4" fill="none" stroke="currentColor" stroke-width="1.5"/>`,
  fail: html`<rect x="0.5" y="0.5" width="13" height="13" rx="2" fill="currentColor"/><path d="M4.3,4.3l5.4,5.4M9.7,4.3l-5.4,5.4" stroke="var(--surface)" stroke-width="1.8"/>`,
  cross: html`<path d="M3.5,3.5l7,7M10.5,3.5l-7,7" stroke="currentColor" stroke-width="2"/>`,
  unknown: html`<path d="M7,0.8L13.2,7L7,13.2L0.8,7Z" fill="none" stroke="currentColor" stroke-width="1.4"/><path d="M4.5,7h5" stroke="currentColor" stroke-width="1.4"/>`,
  invalid: html`<circle cx="7" cy="7" r="6" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M3,11L11,3" stroke="currentColor" stroke-width="1.5"/>`,
  nothing: html`<circle cx="7" cy="7" r="6" fill="none" stroke="currentColor" stroke-width="1.4" stroke-dasharray="2 2.2"/>`,
  refuted: html`<rect x="0.8" y="0.8" width="12.4" height="12.4" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M4.5,4.5l5,5M9.5,4.5l-5,5" stroke="currentColor" stroke-width="1.5"/>`,
} as const;
export type Glyph = keyof typeof glyphs;

/** What `glyph` refers to: it stands once on every page. */
export const glyphSymbols: Markup = html`${Object.entries(glyphs).map(
  ([name, shape]) => html`<symbol id="glyph-${name}" viewBox="0 0 14 14">${shape}</symbol>`,
)}`;

/** A verdict's shape; the word beside it is the caller's. */
export function glyph(name: Glyph): Markup {
  return html`<svg class="glyph" width="14" height="14" aria-hidden="true"><use href="#glyph-${name}"/></svg>`;
}
