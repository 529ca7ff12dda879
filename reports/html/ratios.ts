import type { Result } from '../../harness/contract/result.ts';
import { ratioInterval } from '../answer.ts';
import { drawnRatios, ratioChart } from '../charts/ratios.ts';
import { conclusion } from '../conclusion.ts';
import { html, type Markup } from '../markup.ts';
import { count, ratio } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { chartFigure, type Detail, dataTable, nothing, type Section, section } from './parts.ts';

/** Forest plot of every judged ratio; an undecided one is drawn hollow and said to be undecided. */
export async function ratioSection(result: Result, detail: Detail, s: Strings): Promise<Section> {
  const drawn = drawnRatios(result);
  const items = drawn.map((each) => {
    const bounds = ratioInterval(each);
    return `${s.metricTitle(each.metric)} ${each.variant} ${ratio(each.ratio)}${bounds === undefined ? '' : ` (${bounds})`}: ${conclusion(result, each, s)}`;
  });
  const chart = await chartFigure(detail, s.chart.region(s.section.ratios), s.ratios.described(items), (narrow, className) =>
    ratioChart(result, { width: narrow ? 328 : 1312, narrow }, s, className),
  );
  if (!chart) {
    return section('ratios', s.section.ratios, '', nothing(s.ratios.none));
  }
  const left = result.comparisons.length - drawn.length;
  return section(
    'ratios',
    s.section.ratios,
    s.ratios.subtitle(result.baseline),
    html`${chart}<p class="note">${s.ratios.note}${left > 0 && ` ${s.ratios.left(left)}`}</p>${ratioTable(result, s)}`,
  );
}

/** Every ratio with its interval and what may be concluded from it, folded away. */
export function ratioTable(result: Result, s: Strings): Markup {
  const rows = result.comparisons.map((each) => [
    `${each.variant} ÷ ${each.baseline}`,
    s.metricTitle(each.metric),
    ratio(each.ratio),
    ratioInterval(each) ?? '–',
    count(each.pairs),
    s.setting([each.resourceRule]),
    conclusion(result, each, s),
  ]);
  return dataTable(s.table.toLimit(s.section.ratios), s.ratios.columns, rows);
}
