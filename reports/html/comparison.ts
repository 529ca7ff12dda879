import type { Result } from '../../harness/contract/result.ts';
import { comparisonBlocks, comparisonHeads } from '../comparison-rows.ts';
import { crowded } from '../findings.ts';
import { html, type Insertable } from '../markup.ts';
import type { Strings } from '../strings.ts';
import { type Section, section, variantName } from './parts.ts';

/** What many variants are compared for, a block of rows each; undefined where the rows of the variants say it. */
export function comparisonSection(result: Result, s: Strings): Section | undefined {
  const blocks = comparisonBlocks(result, s);
  if (!crowded(result) || blocks.length === 0) {
    return undefined;
  }
  const heads = comparisonHeads(s);
  const cell = (content: Insertable) => html`<td class="n">${content}</td>`;
  return section(
    'comparison',
    s.section.comparison,
    s.group.subtitle(result.baseline),
    html`<div class="scroll" tabindex="0" role="region" aria-label="${s.table.region(s.section.comparison)}"><table class="groups"><thead><tr>${heads.map(
      (head, place) => html`<th scope="col" class="${place === 0 ? 't' : 'n'}">${head}</th>`,
    )}</tr></thead>${blocks.map(
      ({ title, rows }) =>
        html`<tbody><tr class="group"><th scope="rowgroup" colspan="${heads.length}" class="t">${title}</th></tr>${rows.map(
          (row) =>
            html`<tr><td class="t">${variantName(result, row.variant)}${row.baseline !== undefined && html`<small>${s.group.dividedBy(row.baseline)}</small>`}</td>${cell(row.shards)}${cell(row.documents)}${row.ratios.map((each) => cell(html`${each.found ? html`<b>${each.text}</b>` : each.text}${each.under !== '' && html`<small>${each.under}</small>`}`))}${row.figures.map(cell)}</tr>`,
        )}</tbody>`,
    )}</table></div><p class="note">${s.group.note}</p>`,
  );
}
