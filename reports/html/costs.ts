import type { MetricId } from '../../harness/contract/metrics.ts';
import type { Result, ResultVariant } from '../../harness/contract/result.ts';
import { cpuTierChart, tierFills } from '../charts/cpu-tiers.ts';
import { fannedVariants, fanOutChart, fanOutPercentiles } from '../charts/fan-out.ts';
import { costMetrics, predictionError } from '../cost-figures.ts';
import { html, type Insertable } from '../markup.ts';
import { absent, count, duration, figure as figureOf, joined, significant } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { chartFigure, type Detail, dataTable, type Section, scrolledTable, section, someDrawn, table, variantName } from './parts.ts';

/** The slowest of the asked shards, measured and predicted; undefined where no search waits for several. */
export async function fanOutSection(result: Result, detail: Detail, s: Strings): Promise<Section | undefined> {
  const fanned = fannedVariants(result);
  if (fanned.length === 0) {
    return undefined;
  }
  const described = fanned.map(({ id, fanOut }) =>
    s.fanOut.describedItem(id, fanOut.asked, joined(duration(fanOut.slowestMs.p50)), joined(duration(fanOut.slowestMs.p99))),
  );
  const rows = fanned.flatMap(({ id, fanOut }) =>
    fanOutPercentiles.map((percentile) => {
      const predicted = (from: 'shards' | 'baseline') => {
        const value = fanOut.predictions.find((each) => each.from === from)?.slowestMs[percentile];
        return value === undefined
          ? [absent, absent]
          : [significant(value), predictionError(value, fanOut.slowestMs[percentile]) ?? absent];
      };
      return [
        id,
        percentile,
        fanOut.asked,
        count(fanOut.slowestMs.sampleCount),
        significant(fanOut.oneShardMs[percentile]),
        significant(fanOut.slowestMs[percentile]),
        ...predicted('shards'),
        ...predicted('baseline'),
      ];
    }),
  );
  const chart = await chartFigure(detail, s.chart.region(s.section.fanOut), s.fanOut.described(described), (narrow, className) =>
    fanOutChart(result, narrow ? 328 : 1312, narrow, s, className),
  );
  return section(
    'fan-out',
    s.section.fanOut,
    s.fanOut.subtitle,
    html`${chart}${chart && someDrawn(result, 'table', s)}<p class="note">${s.fanOut.note(result.baseline)}</p>${dataTable(s.table.toLimit(s.section.fanOut), s.fanOut.columns, rows)}`,
  );
}

function value(variant: ResultVariant, metric: MetricId): Insertable {
  const measured = variant.metrics[metric];
  return measured === undefined ? absent : joined(figureOf(metric, measured.value));
}

/** CPU by tier as bars, and what else a search and its index cost; undefined in results that did not measure it. */
export async function costSection(result: Result, detail: Detail, s: Strings): Promise<Section | undefined> {
  const known = result.variants.filter(({ costs }) => costs !== undefined);
  if (known.length === 0) {
    return undefined;
  }
  const tiers = tierFills(result.variants);
  const described = known.map(({ id, costs }) =>
    s.costs.describedItem(
      id,
      (costs?.cpuByTier ?? []).map(({ tier, cpuSecondsPer1k }) => `${s.tier[tier]} ${significant(cpuSecondsPer1k)}`),
    ),
  );
  const chart = await chartFigure(detail, s.chart.region(s.section.costs), s.costs.described(described), (narrow, className) =>
    cpuTierChart(result, narrow ? 328 : 628, narrow, className),
  );
  const bars =
    chart &&
    html`${chart}<p class="note">${tiers.map(
      ({ tier, fill }) =>
        html`<span class="key-item"><svg width="14" height="10" viewBox="0 0 14 10" aria-hidden="true"><rect width="14" height="10" fill="${fill}"/></svg>${s.tier[tier]}</span> `,
    )}· ${s.costs.cpuNote}</p>`;
  const columns = [
    { head: s.variants.variant },
    ...costMetrics.map((metric) => ({ head: s.costs.heads[metric], numeric: true })),
    { head: s.costs.perNode, numeric: true },
  ];
  const rows = known.map((variant) => [
    variantName(result, variant.id),
    ...costMetrics.map((metric) => value(variant, metric)),
    perNode(variant),
  ]);
  const unmeasured = [...new Set(known.flatMap(({ costs }) => costs?.bytesNotMeasured ?? []))];
  return section(
    'costs',
    s.section.costs,
    s.costs.subtitle,
    html`${bars}${detail === 'one-width' ? scrolledTable(columns, rows, s.table.region(s.section.costs)) : table(columns, rows, s.section.costs)}<p class="note">${s.costs.note(unmeasured)}</p>`,
  );
}

/** Memory of the vector nodes, from the smallest to the largest. */
function perNode({ processes }: ResultVariant): string {
  const bytes = processes.flatMap(({ tier, residentBytes }) => (tier === 'vector' && residentBytes !== undefined ? [residentBytes] : []));
  if (bytes.length === 0) {
    return absent;
  }
  const [low, high] = [Math.min(...bytes), Math.max(...bytes)].map((each) => joined(figureOf('resident-bytes', each)));
  return low === high ? (low ?? absent) : `${low} – ${high}`;
}
