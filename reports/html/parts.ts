import type { Result } from '../../harness/contract/result.ts';
import type { CheckVerdict } from '../../harness/contract/verdict.ts';
import { glyph, swatch } from '../charts/marks.ts';
import { seriesAt } from '../charts/series.ts';
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

/** Which of the long tables are in the page: all, all but the seconds, or neither seconds nor curves. */
export const tableDetails = ['all', 'curves', 'short'] as const;
export type TableDetail = (typeof tableDetails)[number];

/** Says why there is nothing, in the place where it would have been. */
export function nothing(reason: string): Markup {
  return html`<p class="nothing">– ${reason}</p>`;
}

/** Swatch and id of a variant in its colour. */
export function variantName(result: Result, id: string): Markup {
  const index = result.variants.findIndex((variant) => variant.id === id);
  const series = seriesAt(Math.max(0, index));
  return html`<span class="name">${swatch(series)}<code class="${series.wordClass}">${id}</code></span>`;
}

export function seriesOf(result: Result, id: string) {
  return seriesAt(
    Math.max(
      0,
      result.variants.findIndex((variant) => variant.id === id),
    ),
  );
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
