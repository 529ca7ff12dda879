import type { OperationKind } from '../../harness/contract/common.ts';
import type { Result } from '../../harness/contract/result.ts';
import { describedPercentile, drawableKinds, embeddedEngine, percentileChart, solidTailSamples } from '../charts/percentiles.ts';
import { html, type Insertable, prose } from '../markup.ts';
import { count, ratio, significant } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { dataTable, figure, nothing, type Section, section, variantName } from './parts.ts';

const wide = { width: 920, height: 410, left: 52, right: 128, top: 24, bottom: 46, narrow: false } as const;
const phone = { width: 328, height: 330, left: 40, right: 8, top: 24, bottom: 46, narrow: true } as const;

/** One percentile plot per kind of request that was measured, searches first. */
export async function percentileSection(result: Result, s: Strings): Promise<Section> {
  const kinds = drawableKinds(result);
  const [first, ...others] = kinds;
  if (first === undefined) {
    return section('percentiles', s.section.percentiles, '', nothing(s.percentiles.none));
  }
  const more = await Promise.all(
    others.map(
      async (kind) =>
        html`<h3>${s.percentiles.title(kind)}</h3> <p class="sub">${prose(subtitle(result, kind, s))}</p>${await plot(result, kind, s)}`,
    ),
  );
  return section(
    'percentiles',
    s.percentiles.title(first),
    prose(subtitle(result, first, s)),
    html`<div class="beside">${await plot(result, first, s)}${howToRead(result, first, s)}</div>${more}`,
  );
}

function subtitle(result: Result, kind: OperationKind, s: Strings): string {
  const counts = result.variants.flatMap((variant) => {
    const curve = variant.curves.find((each) => each.kind === kind);
    return curve ? [s.percentiles.sampleCount(variant.id, count(curve.sampleCount))] : [];
  });
  return s.percentiles.subtitle(s.kind[kind], counts);
}

async function plot(result: Result, kind: OperationKind, s: Strings): Promise<Insertable> {
  const parts = result.variants.map((variant) => {
    const figures = [50, 95, 99].flatMap((percentile) => describedPercentile(variant, kind, percentile) ?? []);
    return `${variant.id}: ${figures.length > 0 ? figures.join(', ') : s.variants.notMeasured}`;
  });
  const charts = await Promise.all([percentileChart(result, kind, wide, s, 'wide'), percentileChart(result, kind, phone, s, 'phone')]);
  return html`<div>${figure(s.percentiles.described(s.kind[kind], parts), ...charts)}${curveTable(result, kind, s)}</div>`;
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

/** Ratios of the merged histograms describe the picture; the judged ratios stand in their own section. */
function gaps(result: Result, kind: OperationKind, s: Strings): Insertable {
  const baseline = result.variants.find((variant) => variant.id === result.baseline);
  const at = (variant: Result['variants'][number] | undefined, percentile: 50 | 99) => {
    const metric = `${kind}-response-p${percentile}` as const;
    return variant && metric in variant.metrics ? variant.metrics[metric as keyof typeof variant.metrics]?.value : undefined;
  };
  return result.variants.map((variant) => {
    const [a50, a99, b50, b99] = [at(baseline, 50), at(baseline, 99), at(variant, 50), at(variant, 99)];
    if (variant === baseline || !a50 || !a99 || b50 === undefined || b99 === undefined || b50 <= 0 || b99 <= 0) {
      return undefined;
    }
    return html`<p>${variantName(result, variant.id)}<br>${prose(s.percentiles.gap(variant.id, result.baseline, ratio(b50 / a50), ratio(b99 / a99)))}</p>`;
  });
}
