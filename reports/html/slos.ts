import type { Result, SloResult } from '../../harness/contract/result.ts';
import { type MarginAxis, marginAxis, marginHead, marginRow } from '../charts/margin-row.ts';
import { seriesOf } from '../charts/series.ts';
import { orderedSlos, readable, worstObservation } from '../findings.ts';
import { html, type Insertable, prose } from '../markup.ts';
import { margin, measuredOnly, objective, observed, samples } from '../slo-text.ts';
import type { Strings } from '../strings.ts';
import { dataTable, nothing, type Section, section, variantName, verdictWord } from './parts.ts';

/** Failed, undecided, passed; every variant on one margin axis where the limit is the vertical line. */
export function sloSection(result: Result, s: Strings): Section {
  if (result.slos.length === 0) {
    return section('slos', s.section.slos, '', nothing(s.slo.none));
  }
  const ordered = orderedSlos(result);
  const axis = marginAxis(ordered);
  const heads: readonly [Insertable, string][] = [
    [s.slo.verdict, 't'],
    [s.slo.objective, 't'],
    [s.slo.worst, 't'],
    [s.slo.observed, 'n'],
    [html`<span class="unseen">${s.table.axis}</span>${marginHead(axis, s.slo.limit)}`, 'chart'],
    [s.slo.margin, 'n'],
    [s.slo.samples, 'n'],
  ];
  const every = ordered.flatMap((slo) =>
    slo.perVariant.map((each) => {
      const { value, bounds } = observed(slo, each);
      return [
        objective(slo, s),
        each.variant,
        s.check[each.verdict],
        value,
        bounds ?? '–',
        margin(each),
        samples(slo, each, s),
        each.why ?? '',
      ];
    }),
  );
  return section(
    'slos',
    s.section.slos,
    s.slo.subtitle(result.variants.length),
    html`<table class="slos"><caption>${s.section.slos}</caption><thead><tr>${heads.map(
      ([head, side]) => html`<th scope="col" class="${side}">${head}</th>`,
    )}</tr></thead><tbody>${ordered.map((slo) => row(result, slo, axis, s))}</tbody></table>${dataTable(
      s.slo.allVariants,
      [s.slo.objective, s.variants.variant, s.slo.verdict, s.slo.observed, '95 % CI', s.slo.margin, s.slo.samples, s.checkers.why],
      every,
    )}`,
  );
}

function row(result: Result, slo: SloResult, axis: MarginAxis, s: Strings): Insertable {
  const verdict = readable(result, slo.verdict);
  const worst = worstObservation(slo);
  if (!worst) {
    return html`<tr><td class="t">${verdictWord(verdict, s.check[verdict])}</td><td class="t" colspan="6">${prose(objective(slo, s))} – ${s.variants.notMeasured}</td></tr>`;
  }
  const { value, bounds } = observed(slo, worst);
  const marks = slo.perVariant.flatMap((each) =>
    each.margin === undefined
      ? []
      : [
          {
            margin: each.margin,
            interval: each.interval && slo.limit !== 0 ? asMargins(slo, each.interval) : undefined,
            series: seriesOf(result, each.variant),
            named: each === worst,
          },
        ],
  );
  const beyond = verdict === 'fail' ? 'fail' : '';
  return html`<tr><td class="t v">${verdictWord(verdict, s.check[verdict])}</td><td class="t o">${prose(objective(slo, s))}${
    worst.verdict === 'unknown' && worst.why !== undefined && html`<small>${worst.why}</small>`
  }${measuredOnly(slo, s).map((sentence) => html`<small>${sentence}</small>`)}</td><td class="t w">${variantName(result, worst.variant)}</td><td class="n x"><b>${prose(value)}</b>${
    bounds !== undefined && html` <span class="quiet">(${bounds})</span>`
  }</td><td class="chart">${marginRow(axis, marks)}</td><td class="n m"><b class="${beyond}">${prose(margin(worst))}</b></td><td class="n q">${samples(slo, worst, s)}</td></tr>`;
}

/** The interval of the value as an interval of the room to the limit. */
function asMargins({ comparator, limit }: SloResult, { low, high }: { readonly low: number; readonly high: number }) {
  return comparator === 'le'
    ? { low: (limit - high) / limit, high: (limit - low) / limit }
    : { low: (low - limit) / limit, high: (high - limit) / limit };
}
