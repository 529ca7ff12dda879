import type { Result } from '../../harness/contract/result.ts';
import type { CheckVerdict } from '../../harness/contract/verdict.ts';
import { glyph, swatch } from '../charts/marks.ts';
import { seriesOf } from '../charts/series.ts';
import { crowded, drawnVariants } from '../findings.ts';
import { html, type Insertable, type Markup } from '../markup.ts';
import type { Strings } from '../strings.ts';

/** A part of the page; the navigation lists exactly the sections that exist. */
export interface Section<Id extends string = keyof Strings['nav']> {
  readonly id: Id;
  readonly markup: Markup;
}

export function section<Id extends string>(id: Id, title: string, subtitle: Insertable, body: Insertable, className = ''): Section<Id> {
  return {
    id,
    markup: html`<section id="${id}" class="${className}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2> <p class="sub">${subtitle}</p>${body}</section>`,
  };
}

/**
 * How much is in the page: all tables, all but the seconds, neither seconds nor curves, and these with one width of each chart,
 * which a phone scrolls.
 */
export const details = ['all', 'curves', 'short', 'one-width'] as const;
export type Detail = (typeof details)[number];

/** Says why there is nothing, in the place where it would have been. */
export function nothing(reason: string): Markup {
  return html`<p class="nothing">– ${reason}</p>`;
}

/** Id of a variant in its colour, behind its swatch where charts draw it. */
export function variantName(result: Result, id: string): Markup {
  const series = seriesOf(result, id);
  return html`<span class="name">${series.minor === true ? html`<i class="no-swatch"></i>` : swatch(series)}<code class="${series.wordClass}">${id}</code></span>`;
}

/** Shape and word of a verdict in its colour. */
export function verdictWord(verdict: CheckVerdict, word: string): Markup {
  return html`<span class="verdict ${verdict}">${glyph(verdict)} ${word}</span>`;
}

export interface Column {
  readonly head: Insertable;
  /** Numbers stand right-aligned, so that their digits can be compared. */
  readonly numeric?: boolean;
}

/** A plain table; on a phone each row turns into labelled lines. */
export function table(columns: readonly Column[], rows: readonly (readonly Insertable[])[], caption: string): Markup {
  const side = (column: Column | undefined) => (column?.numeric ? 'n' : 't');
  return html`<table class="stack"><caption>${caption}</caption><thead><tr>${columns.map(
    (column) => html`<th scope="col" class="${side(column)}">${column.head}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr>${row.map((cell, place) => html`<td class="${side(columns[place])}${cell === '' && ' empty'}"><span class="cell-label">${columns[place]?.head}</span>${cell}</td>`)}</tr>`,
  )}</tbody></table>`;
}

/** A table with more columns than a phone can stack: it is scrolled there. */
export function scrolledTable(columns: readonly Column[], rows: readonly (readonly Insertable[])[], caption: string): Markup {
  const side = (place: number) => (columns[place]?.numeric ? 'n' : 't');
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><thead><tr>${columns.map(
    ({ head }, place) => html`<th scope="col" class="${side(place)}">${head}</th>`,
  )}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((cell, place) => html`<td class="${side(place)}">${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

/** The figures behind a chart, folded away but always there. */
export function dataTable(summary: string, heads: readonly string[], rows: readonly (readonly (string | number)[])[]): Markup {
  return html`<details class="figures"><summary>${summary}</summary><div class="scroll" tabindex="0" role="region" aria-label="${summary}"><table><thead><tr>${heads.map(
    (head) => html`<th scope="col">${head}</th>`,
  )}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div></details>`;
}

/** A chart in its two widths with the sentence that says what it shows. */
export function figure(description: string, ...charts: readonly Insertable[]): Markup {
  return html`<figure role="img" aria-label="${description}">${charts}</figure>`;
}

/** A chart in the widths that the detail asks for; `title` names the region that is scrolled. Undefined where there is nothing to draw. */
export async function chartFigure(
  detail: Detail,
  title: string,
  description: string,
  draw: (narrow: boolean, className: string) => Promise<Markup | undefined>,
): Promise<Markup | undefined> {
  if (detail === 'one-width') {
    const chart = await draw(false, 'every');
    return chart && html`<div class="scroll" tabindex="0" role="region" aria-label="${title}">${figure(description, chart)}</div>`;
  }
  const [wide, phone] = await Promise.all([draw(false, 'wide'), draw(true, 'phone')]);
  return wide && figure(description, wide, phone);
}

/** Says that some variants are not drawn, and where they are: in the tables of the page or in `result.json` alone. */
export function someDrawn(result: Result, rest: 'table' | 'data', s: Strings): Insertable {
  return crowded(result) && html`<p class="note">${s.chart.some(drawnVariants(result).length, result.variants.length, rest)}</p>`;
}
