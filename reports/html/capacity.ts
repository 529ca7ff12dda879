import type { Result } from '../../harness/contract/result.ts';
import { capacityCells, capacityLimits, probeRows, searchedVariants } from '../capacity-rows.ts';
import { html } from '../markup.ts';
import type { Strings } from '../strings.ts';
import { type Detail, dataTable, type Section, section, table, variantName } from './parts.ts';

/** The highest rate that each variant carried, and every probe behind it; absent where none was searched. */
export function capacitySection(result: Result, detail: Detail, s: Strings): Section | undefined {
  const searched = searchedVariants(result);
  const [first] = searched;
  if (first === undefined) {
    return undefined;
  }
  const columns = [
    { head: s.capacity.variant },
    { head: s.capacity.carried, numeric: true },
    { head: s.capacity.failed, numeric: true },
    { head: s.capacity.probes, numeric: true },
    { head: s.capacity.answer },
  ];
  const rows = searched.map(({ id, capacity }) => [variantName(result, id), ...capacityCells(capacity, s)]);
  const probes = detail === 'all' || detail === 'curves' ? searched : [];
  return section(
    'capacity',
    s.section.capacity,
    capacityLimits(first.capacity, s),
    html`${table(columns, rows, s.section.capacity)}${probes.map(({ id, capacity }) => dataTable(s.capacity.probesOf(id), s.capacity.heads, probeRows(capacity, s)))}`,
  );
}
