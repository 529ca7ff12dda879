import type { Result, ResultVariant } from '../../harness/contract/result.ts';
import { linearTop } from '../charts/axis.ts';
import { errorsOf, panelFrame, panelNames, type TimeScale, type TimeSeries, timePanel } from '../charts/over-time.ts';
import { seriesOf } from '../charts/series.ts';
import { drawnVariants } from '../findings.ts';
import { html, type Insertable } from '../markup.ts';
import { absent, count, significant } from '../numbers.ts';
import { responseOf } from '../response-kind.ts';
import type { Strings } from '../strings.ts';
import { type Detail, dataTable, figure, nothing, type Section, section, someDrawn, variantName } from './parts.ts';

type Recorded = ResultVariant & { readonly series: NonNullable<ResultVariant['series']> };

const recorded = (variant: ResultVariant): variant is Recorded => (variant.series?.seconds.length ?? 0) > 0;

/** Side by side up to two variants, on shared axes; more follow below. */
export async function overTimeSection(result: Result, detail: Detail, s: Strings): Promise<Section> {
  const variants = shownVariants(result);
  if (variants.length === 0) {
    return section('over-time', s.section.overTime, '', nothing(s.overTime.none));
  }
  const scale = timeScale(result, variants);
  const blocks: Recorded[][] = [];
  for (let first = 0; first < variants.length; first += 2) {
    blocks.push(variants.slice(first, first + 2));
  }
  const columns = variants.length === 1 ? 1 : 2;
  const drawn = await Promise.all(blocks.map((block) => panels(result, block, columns, scale, detail, s)));
  return section(
    'over-time',
    s.section.overTime,
    s.overTime.subtitle(variants.map((variant) => s.overTime.repetition(variant.id, variant.series.stepId))),
    html`${detail === 'one-width' ? html`<div class="scroll" tabindex="0" role="region" aria-label="${s.chart.region(s.section.overTime)}">${drawn}</div>` : drawn}${detail === 'one-width' && withoutErrors(variants) && html`<p class="note">${s.overTime.quiet}</p>`}${someDrawn(result, 'data', s)}${detail === 'all' ? variants.map((variant) => secondsTable(variant, s)) : html`<p class="note">${s.overTime.left}</p>`}`,
  );
}

const shownVariants = (result: Result): Recorded[] => drawnVariants(result).filter(recorded);

const withoutErrors = (variants: readonly Recorded[]): boolean =>
  variants.every(({ series }) => series.seconds.every((second) => errorsOf(second) === 0));

function timeScale(result: Result, variants: readonly Recorded[]): TimeScale {
  const seconds = variants.flatMap((variant) => variant.series.seconds);
  const limit = result.slos.find((slo) => slo.metric === 'search-response-p99')?.limit;
  const slowest = Math.max(0, ...seconds.map((each) => (responseOf(each)?.p99 ?? 0) / 1000));
  // A limit far above everything measured would flatten the lines; then it is left to the percentile plot.
  const near = limit !== undefined && limit <= slowest * 2 ? [limit] : [];
  return {
    seconds: Math.max(1, ...seconds.map((each) => each.second + 1)),
    responseTopMs: linearTop([slowest, ...near]),
    rateTop: linearTop(seconds.flatMap((each) => [each.arrivals, each.done])),
    inFlightTop: linearTop(seconds.map((each) => each.inFlight)),
    errorTop: linearTop(seconds.map(errorsOf)),
    limitMs: near[0],
  };
}

async function panels(
  result: Result,
  block: readonly Recorded[],
  columns: 1 | 2,
  scale: TimeScale,
  detail: Detail,
  s: Strings,
): Promise<Insertable> {
  const width = columns === 1 ? 1160 : 574;
  // Six empty panels would say at length what their absence says: the section tells that there was no error.
  const quiet = detail === 'one-width' && withoutErrors(shownVariants(result));
  const shown = quiet ? panelNames.filter((panel) => panel !== 'errors') : panelNames;
  const rows = await Promise.all(
    shown.map(async (panel) => {
      const [title, unit] = s.overTime.panel[panel];
      const charts = await Promise.all(
        block.map(async (variant) => {
          const data: TimeSeries = { ...variant.series, series: seriesOf(result, variant.id) };
          const both = detail !== 'one-width';
          const [wide, phone] = await Promise.all([
            timePanel(panel, data, scale, panelFrame(panel, width, false, panel === shown.at(-1)), s, both ? 'wide' : 'every'),
            both && timePanel(panel, data, scale, panelFrame(panel, 328, true, panel === shown.at(-1)), s, 'phone'),
          ]);
          return html`<div class="panel"><p class="panel-name">${variantName(result, variant.id)}</p>${figure(s.overTime.described(title ?? panel, variant.id), wide, phone)}</div>`;
        }),
      );
      return html`<div class="panel-title"><b>${title}</b><small>${unit}</small></div>${charts}`;
    }),
  );
  const heads = block.map((variant) => html`<div class="panel-head">${variantName(result, variant.id)}</div>`);
  return html`<div class="panels columns-${columns} of-${block.length}${detail === 'one-width' && ' kept'}"><div class="panel-head"></div>${heads}${rows}</div>`;
}

function secondsTable(variant: Recorded, s: Strings): Insertable {
  const ms = (us: number | undefined) => (us === undefined ? absent : significant(us / 1000));
  const rows = variant.series.seconds.map((each) => [
    each.second,
    count(each.arrivals),
    count(each.sent),
    count(each.done),
    count(errorsOf(each)),
    count(each.inFlight),
    ms(responseOf(each)?.p50),
    ms(responseOf(each)?.p95),
    ms(responseOf(each)?.p99),
    count(responseOf(each)?.sampleCount ?? 0),
  ]);
  return dataTable(s.table.toLimit(s.overTime.repetition(variant.id, variant.series.stepId)), s.overTime.columns, rows);
}
