import type { Result } from '../../harness/contract/result.ts';
import { ratioInterval } from '../answer.ts';
import { ratioChart } from '../charts/ratios.ts';
import { conclusion } from '../conclusion.ts';
import { html } from '../markup.ts';
import { count, ratio } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { dataTable, figure, nothing, type Section, section } from './parts.ts';

/** Forest plot of every judged ratio; an undecided one is drawn hollow and said to be undecided. */
export async function ratioSection(result: Result, s: Strings): Promise<Section> {
  const [wide, phone] = await Promise.all([
    ratioChart(result, { width: 1312, narrow: false }, s, 'wide'),
    ratioChart(result, { width: 328, narrow: true }, s, 'phone'),
  ]);
  if (!wide) {
    return section('ratios', s.section.ratios, '', nothing(s.ratios.none));
  }
  const items = result.comparisons.map((each) => {
    const bounds = ratioInterval(each);
    return `${s.metricTitle(each.metric)} ${each.variant} ${ratio(each.ratio)}${bounds === undefined ? '' : ` (${bounds})`}: ${conclusion(result, each, s)}`;
  });
  const rows = result.comparisons.map((each) => [
    `${each.variant} ÷ ${each.baseline}`,
    s.metricTitle(each.metric),
    ratio(each.ratio),
    ratioInterval(each) ?? '–',
    count(each.pairs),
    s.setting([each.resourceRule]),
    conclusion(result, each, s),
  ]);
  return section(
    'ratios',
    s.section.ratios,
    s.ratios.subtitle(result.baseline),
    html`${figure(s.ratios.described(items), wide, phone)}<p class="note">${s.ratios.note}</p>${dataTable(s.table.toLimit(s.section.ratios), s.ratios.columns, rows)}`,
  );
}
