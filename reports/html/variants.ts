import type { MetricId } from '../../harness/contract/metrics.ts';
import type { Result, ResultVariant } from '../../harness/contract/result.ts';
import { logDomain } from '../charts/axis.ts';
import { type RangeAxis, rangeHead, rangeRow } from '../charts/range-row.ts';
import { seriesOf } from '../charts/series.ts';
import { crowded, decides, percentileOf } from '../findings.ts';
import { html, type Insertable, type Markup } from '../markup.ts';
import { absent, count, coverage, figure, interval, significant, zeroBound } from '../numbers.ts';
import { responseMetric } from '../response-kind.ts';
import type { Strings } from '../strings.ts';
import { nothing, variantName } from './parts.ts';

/** The percentiles of what a variant is about. */
const rangedOf = (variant: ResultVariant) => (['p50', 'p95', 'p99'] as const).map((statistic) => responseMetric(variant, statistic));
const rowHeight = 44;

/** One row per variant: engine, rate, percentiles on one log axis, and each figure with its interval or sample count. */
export function variantRows(result: Result, s: Strings): Markup {
  if (result.variants.length === 0) {
    return nothing(s.variants.none);
  }
  const axis = rangeAxis(result);
  const unit = responseUnit(result);
  const heads: readonly Insertable[] = [
    s.variants.variant,
    s.variants.engine,
    s.variants.rate,
    axis ? html`<span class="axis-note">${s.variants.axis}</span>${rangeHead(axis)}` : s.variants.axis,
    `p50, ${unit}`,
    `p95, ${unit}`,
    `p99, ${unit}`,
    s.variants.recall,
    s.variants.errors,
    s.variants.cpu,
  ];
  return html`<div class="variants">${axis && html`<div class="phone phone-axis"><p class="sub">${s.variants.axis}</p>${rangeHead(axis)}</div>`}<table class="glance"><caption>${s.section.variants}</caption><thead><tr>${heads.map(
    (head, place) => html`<th scope="col" class="${place === 3 ? 'chart' : place > 1 ? 'n' : 't'}">${head}</th>`,
  )}</tr></thead><tbody>${result.variants.map((variant) => row(result, variant, axis, unit, s))}</tbody></table></div>`;
}

/** One unit per column: seconds only when every value of the three columns is a second or more. */
function responseUnit(result: Result): 'ms' | 's' {
  const values = result.variants.flatMap((variant) => rangedOf(variant).flatMap((metric) => variant.metrics[metric]?.value ?? []));
  return values.length > 0 && Math.min(...values) >= 1000 ? 's' : 'ms';
}

function rangeAxis(result: Result): RangeAxis | undefined {
  const ranged = new Set(result.variants.flatMap(rangedOf));
  const limits = result.slos.flatMap((slo) => (ranged.has(slo.metric) && slo.limit > 0 ? [slo.limit] : []));
  const values = result.variants.flatMap((variant) =>
    rangedOf(variant).flatMap((metric) => {
      const measured = variant.metrics[metric];
      return measured ? [measured.value, measured.interval?.high ?? measured.value] : [];
    }),
  );
  const domain = logDomain(values.length > 0 ? [...values, ...limits] : []);
  return domain && { domain, limits };
}

function row(result: Result, variant: ResultVariant, axis: RangeAxis | undefined, unit: 'ms' | 's', s: Strings): Markup {
  const value = (metric: MetricId) => variant.metrics[metric]?.value;
  const { shards } = variant.topology.vector;
  const rule = variant.id === result.baseline ? s.variants.reference : s.rule[variant.resourceRule];
  const ranged = rangedOf(variant);
  const [p50 = 'search-response-p50', p95 = 'search-response-p95', p99 = 'search-response-p99'] = ranged;
  const chart =
    axis &&
    rangeRow(
      axis,
      { p50: value(p50), p95: value(p95), p99: value(p99), p99Interval: variant.metrics[p99]?.interval },
      seriesOf(result, variant.id),
      rowHeight,
    );
  return html`<tr><th scope="row" class="t">${variantName(result, variant.id)}<small>${rule}</small></th>
<td class="t engine">${variant.engines.vector ?? `– ${s.variants.noEngine}`}<small>${s.variants.resources(shards, variant.topology.query.replicas, variant.topology.gateway.replicas)}</small></td>
<td class="n rate">${rates(variant, s)}</td><td class="chart">${chart ?? nothing(s.variants.notMeasured)}</td>
${ranged.map((metric) => cell(`p${percentileOf(metric)?.percentile}, ${unit}`, key(result, variant, metric, unit, s)))}
${cell(s.variants.recall, html`${key(result, variant, 'recall-at-10', '', s)}${!crowded(result) && gain(variant, s)}`)}
${cell(s.variants.errors, errorFigure(result, variant, s))}
${cell(s.variants.cpu, key(result, variant, 'cpu-seconds-per-1k', '', s))}</tr>`;
}

/** The quality by label under the quality by distance: the two can part. */
function gain({ metrics }: ResultVariant, s: Strings): Insertable {
  const measured = metrics['ndcg-at-10'];
  return measured && html`<small>${s.metricTitle('ndcg-at-10')} ${figure('ndcg-at-10', measured.value).text}</small>`;
}

function cell(label: string, content: Insertable): Markup {
  return html`<td class="n key"><span class="cell-label">${label}</span>${content}</td>`;
}

function rates(variant: ResultVariant, s: Strings): Insertable {
  const offered = variant.metrics['offered-rate'];
  const achieved = variant.metrics['achieved-rate'];
  return offered && achieved
    ? html`${significant(offered.value)} → <b>${significant(achieved.value)}</b><small>${s.variants.samples(count(achieved.sampleCount))}</small>`
    : html`${absent}<small>${s.variants.notMeasured}</small>`;
}

/** Did this variant break a limit on this metric? Only then is its figure marked. */
function broken(result: Result, variant: ResultVariant, metric: MetricId): boolean {
  return (
    decides(result) &&
    result.slos.some(
      (slo) => slo.metric === metric && slo.perVariant.some((each) => each.variant === variant.id && each.verdict === 'fail'),
    )
  );
}

function key(result: Result, variant: ResultVariant, metric: MetricId, unit: 'ms' | 's' | '', s: Strings): Insertable {
  const measured = variant.metrics[metric];
  if (!measured) {
    return html`${absent}<small>${s.variants.notMeasured}</small>`;
  }
  const columned =
    unit === '' ? (value: number) => figure(metric, value).text : (value: number) => significant(unit === 's' ? value / 1000 : value);
  const bounds = measured.interval;
  const under = bounds
    ? unit === ''
      ? interval(metric, measured.value, bounds)
      : `${columned(bounds.low)}–${columned(bounds.high)}${coverage(bounds.confidence)}`
    : s.variants.samples(count(measured.sampleCount));
  return html`<b class="${broken(result, variant, metric) ? 'fail' : ''}">${columned(measured.value)}</b><small>${under}</small>`;
}

/** Zero of n is no zero rate: its upper bound stands below it. */
function errorFigure(result: Result, variant: ResultVariant, s: Strings): Insertable {
  const measured = variant.metrics['error-ratio'];
  if (!measured || measured.value > 0) {
    return key(result, variant, 'error-ratio', '', s);
  }
  return html`<b>0</b><small>${s.variants.below(zeroBound(measured.sampleCount) ?? absent)}</small>`;
}
