import type { Result } from '../../harness/contract/result.ts';
import { contradictionRows } from '../contradiction-rows.ts';
import { html } from '../markup.ts';
import type { Strings } from '../strings.ts';
import { type Section, section, table } from './parts.ts';

/** The sentences of the source that exclude one another, with the arithmetic; undefined where there are none. */
export function contradictionSection(result: Result, s: Strings): Section | undefined {
  const rows = contradictionRows(result, s);
  const columns = s.contradictions.columns.map((head) => ({ head }));
  return rows.length === 0
    ? undefined
    : section(
        'contradictions',
        s.section.contradictions,
        s.contradictions.subtitle,
        table(
          columns,
          rows.map(({ statement, arithmetic, claims, measured }) => [
            statement,
            html`<code>${arithmetic}</code>`,
            claims.map(({ id, verdict }) => html`<code class="id">${id}</code> ${verdict}<br>`),
            measured,
          ]),
          s.section.contradictions,
        ),
      );
}
