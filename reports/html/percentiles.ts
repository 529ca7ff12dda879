import type { OperationKind } from '../../harness/contract/common.ts';
import type { Result } from '../../harness/contract/result.ts';
import {
  describedPercentile,
  drawableKinds,
  embeddedEngine,
  type PercentileFrame,
  percentileChart,
  solidTailSamples,
} from '../charts/percentiles.ts';
import { crowded, decides, drawnVariants } from '../findings.ts';
import { html, type Insertable, prose } from '../markup.ts';
import { count, ratio, significant } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { chartFigure, type Detail, dataTable, nothing, type Section, section, someDrawn, variantName } from './parts.ts';

const wide = { width: 920, height: 410, left: 52, right: 128, top: 24, bottom: 46, narrow: false } as const;
const half = { width: 628, height: 300, left: 52, right: 128, top: 24, bottom: 46, narrow: false } as const;
const phone = { width: 328, height: 330, left: 52, right: 8, top: 24, bottom: 46, narrow: true } as const;

/** One percentile plot per kind of request that was measured, searches first. */
export async function percentileSection(result: Result, detail: Detail, s: Strings): Promise<Section> {
  const kinds = drawableKinds(result);
  const [first, ...others] = kinds;
  if (first === undefined) {
    return section('percentiles', s.section.percentiles, '', nothing(s.percentiles.none));
  }
  const more = await Promise.all(
    others.map(
      async (kind) =>
        html`<div><h3>${s.percentiles.title(kind)}</h3> <p class="sub">${prose(subtitle(result, kind, s))}</p>${await plot(result, kind, half, detail, s)}</div>`,
    ),
  );
  return section(
    'percentiles',
    s.percentiles.title(first),
    prose(subtitle(result, first, s)),
    html`<div class="beside">${await plot(result, first, wide, detail, s)}${howToRead(result, first, s)}</div>${more.length > 0 && html`<div class="more">${more}</div>`}`,
  );
}

function subtitle(result: Result, kind: OperationKind, s: Strings): string {
  const counts = drawnVariants(result).flatMap((variant) => {
    const curve = variant.curves.find((each) => each.kind === kind);
    return curve ? [s.percentiles.sampleCount(variant.id, count(curve.sampleCount))] : [];
  });
  const bounded = result.variants.some((variant) =>
    (['p50', 'p95', 'p99'] as const).some((name) => metricOf(variant, `${kind}-response-${name}`)?.interval !== undefined),
  );
  return s.percentiles.subtitle(s.kind[kind], counts, bounded);
}

/** The rule by which variants are drawn, once on the page. */
function rule(result: Result, s: Strings): Insertable {
  return crowded(result) && html`<p class="note">${s.chart.rule(drawnVariants(result).length, result.variants.length)}</p>`;
}

/** Not every kind has every percentile in the registry; an unknown one was certainly not measured. */
function metricOf({ metrics }: Result['variants'][number], id: string) {
  return Object.entries(metrics).find(([metric]) => metric === id)?.[1];
}

async function plot(result: Result, kind: OperationKind, frame: PercentileFrame, detail: Detail, s: Strings): Promise<Insertable> {
  const parts = drawnVariants(result).map((variant) => {
    const figures = [50, 95, 99].flatMap((percentile) => describedPercentile(variant, kind, percentile) ?? []);
    return `${variant.id}: ${figures.length > 0 ? figures.join(', ') : s.variants.notMeasured}`;
  });
  // The first plot is what a report is opened for, so it keeps its two widths in any detail.
  const widths = frame === wide ? 'short' : detail;
  const chart = await chartFigure(
    widths,
    s.chart.region(s.percentiles.title(kind)),
    s.percentiles.described(s.kind[kind], parts),
    (narrow, className) => percentileChart(result, kind, narrow ? phone : frame, s, className),
  );
  return html`<div>${chart}${frame === wide ? rule(result, s) : someDrawn(result, 'data', s)}${
    detail === 'short' || detail === 'one-width' ? html`<p class="note">${s.percentiles.left}</p>` : curveTable(result, kind, s)
  }</div>`;
}

function curveTable(result: Result, kind: OperationKind, s: Strings): Insertable {
  const rows = result.variants.flatMap((variant) =>
    variant.curves
      .filter((curve) => curve.kind === kind)
      .flatMap((curve) =>
        curve.points.map((point) => [variant.id, Number(point.percentile.toFixed(4)), significant(point.ms), count(point.tailSamples)]),
      ),
  );
  return dataTable(
    s.table.toLimit(s.percentiles.title(kind)),
    [s.variants.variant, s.percentiles.percentile, 'ms', s.percentiles.tail],
    rows,
  );
}

function howToRead(result: Result, kind: OperationKind, s: Strings): Insertable {
  const engine = embeddedEngine(result);
  const limits = result.slos.some((slo) => slo.metric.startsWith(`${kind}-response-p`));
  const thin = result.variants.some((variant) =>
    variant.curves.some(
      (curve) => curve.kind === kind && curve.points.some((point) => point.percentile < 100 && point.tailSamples < solidTailSamples),
    ),
  );
  return html`<aside class="how-to"><h3>${s.percentiles.howTo}</h3><p>${s.percentiles.right}</p>${gaps(result, kind, s)}${
    limits && html`<p>${s.percentiles.circle}</p>`
  }${thin && html`<p>${s.percentiles.thin(solidTailSamples)}</p>`}${engine !== undefined && html`<p>${s.percentiles.frame(engine)}</p>`}</aside>`;
}

/** Only what was judged: a ratio that stayed undecided is said to be undecided here too. */
function gaps(result: Result, kind: OperationKind, s: Strings): Insertable {
  // Of many variants the table of what they are compared for says it.
  if (!decides(result) || crowded(result)) {
    return undefined;
  }
  return drawnVariants(result).map((variant) => {
    const parts = [50, 95, 99].flatMap((percentile) => {
      const judged = result.comparisons.find((each) => each.metric === `${kind}-response-p${percentile}` && each.variant === variant.id);
      return judged ? [{ percentile, judged }] : [];
    });
    const rule = parts[0]?.judged.resourceRule;
    if (rule === undefined) {
      return undefined;
    }
    const items = parts.map(({ percentile, judged }) =>
      s.percentiles.gapItem(
        percentile,
        judged.verdict === 'higher' || judged.verdict === 'lower' ? ratio(judged.ratio) : s.percentiles.open[judged.verdict],
      ),
    );
    return html`<p>${variantName(result, variant.id)}<br>${prose(s.percentiles.gap(parts[0]?.judged.baseline ?? result.baseline, s.setting([rule]), items))}</p>`;
  });
}
