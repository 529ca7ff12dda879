import type { Result } from '../../harness/contract/result.ts';
import { loadRows, streamRows } from '../load-rows.ts';
import { html } from '../markup.ts';
import type { Strings } from '../strings.ts';
import { type Section, scrolledTable, section, variantName } from './parts.ts';

/** Closed and open loads side by side, and how streams arrived; undefined where nobody waited for an answer before he asked again. */
export function loadSection(result: Result, s: Strings): Section | undefined {
  const rows = loadRows(result, s);
  if (rows.length === 0) {
    return undefined;
  }
  const streams = streamRows(result);
  const columns = (heads: readonly string[], text: number) => heads.map((head, place) => ({ head, numeric: place >= text }));
  return section(
    'load',
    s.section.load,
    s.load.subtitle,
    html`${scrolledTable(
      columns(s.load.columns, 2),
      rows.map(({ variant, load, cells }) => [variantName(result, variant), load, ...cells]),
      s.table.region(s.section.load),
    )}<p class="note">${s.load.note}</p>${
      streams.length > 0 &&
      html`<h3>${s.load.streams}</h3>${scrolledTable(
        columns(s.load.streamColumns, 1),
        streams.map(({ variant, cells }) => [variantName(result, variant), ...cells]),
        s.table.region(s.load.streams),
      )}`
    }`,
  );
}
