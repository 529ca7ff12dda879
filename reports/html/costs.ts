import type { MetricId } from '../../harness/contract/metrics.ts';
import type { Result, ResultVariant } from '../../harness/contract/result.ts';
import { cpuTierChart, tierFills } from '../charts/cpu-tiers.ts';
import { fannedVariants, fanOutChart, fanOutPercentiles } from '../charts/fan-out.ts';
import { costMetrics, predictionError } from '../cost-figures.ts';
import { html, type Insertable } from '../markup.ts';
import { absent, count, duration, figure as figureOf, joined, significant } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { dataTable, figure, type Section, section, table, variantName } from './parts.ts';

/** The slowest of the asked shards, measured and predicted; undefined where no search waits for several. */
export async function fanOutSection(result: Result, s: Strings): Promise<Section | undefined> {
  const [wide, phone] = await Promise.all([fanOutChart(result, 1312, false, s, 'wide'), fanOutChart(result, 328, true, s, 'phone')]);
  if (!wide) {
    return undefined;
  }
  const fanned = fannedVariants(result);
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
  return section(
    'fan-out',
    s.section.fanOut,
    s.fanOut.subtitle,
    html`${figure(s.fanOut.described(described), wide, phone)}<p class="note">${s.fanOut.note(result.baseline)}</p>${dataTable(s.table.toLimit(s.section.fanOut), s.fanOut.columns, rows)}`,
  );
}

function value(variant: ResultVariant, metric: MetricId): Insertable {
  const measured = variant.metrics[metric];
  return measured === undefined ? absent : joined(figureOf(metric, measured.value));
}

/** CPU by tier as bars, and what else a search and its index cost; undefined in results that did not measure it. */
export async function costSection(result: Result, s: Strings): Promise<Section | undefined> {
  const known = result.variants.filter(({ costs }) => costs !== undefined);
  if (known.length === 0) {
    return undefined;
  }
  const [wide, phone] = await Promise.all([
    cpuTierChart(result.variants, 628, false, 'wide'),
    cpuTierChart(result.variants, 328, true, 'phone'),
  ]);
  const tiers = tierFills(result.variants);
  const described = known.map(({ id, costs }) =>
    s.costs.describedItem(
      id,
      (costs?.cpuByTier ?? []).map(({ tier, cpuSecondsPer1k }) => `${s.tier[tier]} ${significant(cpuSecondsPer1k)}`),
    ),
  );
  const bars =
    wide &&
    html`${figure(s.costs.described(described), wide, phone)}<p class="note">${tiers.map(
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
    html`${bars}${table(columns, rows, s.section.costs)}<p class="note">${s.costs.note(unmeasured)}</p>`,
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
