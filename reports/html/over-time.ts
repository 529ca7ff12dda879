import type { Result, ResultVariant } from '../../harness/contract/result.ts';
import { linearTop } from '../charts/axis.ts';
import { errorsOf, panelFrame, panelNames, type TimeScale, type TimeSeries, timePanel } from '../charts/over-time.ts';
import { html, type Insertable } from '../markup.ts';
import { absent, count, significant } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { dataTable, figure, nothing, type Section, section, seriesOf, type TableDetail, variantName } from './parts.ts';

type Recorded = ResultVariant & { readonly series: NonNullable<ResultVariant['series']> };

const recorded = (variant: ResultVariant): variant is Recorded => (variant.series?.seconds.length ?? 0) > 0;

/** Side by side up to two variants, on shared axes; more follow below. */
export async function overTimeSection(result: Result, tables: TableDetail, s: Strings): Promise<Section> {
  const all = result.variants.filter(recorded);
  const variants = shownOf(result, all);
  if (variants.length === 0) {
    return section('over-time', s.section.overTime, '', nothing(s.overTime.none));
  }
  const scale = timeScale(result, variants);
  const blocks: Recorded[][] = [];
  for (let first = 0; first < variants.length; first += 2) {
    blocks.push(variants.slice(first, first + 2));
  }
  const columns = variants.length === 1 ? 1 : 2;
  const drawn = await Promise.all(blocks.map((block) => panels(result, block, columns, scale, s)));
  return section(
    'over-time',
    s.section.overTime,
    s.overTime.subtitle(variants.map((variant) => s.overTime.repetition(variant.id, variant.series.stepId))),
    html`${drawn}${all.length > variants.length && html`<p class="note">${s.overTime.some(variants.length, all.length)}</p>`}${tables === 'all' ? variants.map((variant) => secondsTable(variant, s)) : html`<p class="note">${s.overTime.left}</p>`}`,
  );
}

/** As many variants as have a colour of their own; more panels would be looked at by nobody. */
const mostShown = 4;

/** The baseline and the variants with the slowest second, in the order of the result. */
function shownOf(result: Result, all: readonly Recorded[]): readonly Recorded[] {
  const slowest = ({ series }: Recorded) => Math.max(0, ...series.seconds.map((each) => each.searchResponseUs?.p99 ?? 0));
  const chosen = new Set(
    all
      .toSorted((a, b) => Number(b.id === result.baseline) - Number(a.id === result.baseline) || slowest(b) - slowest(a))
      .slice(0, mostShown)
      .map(({ id }) => id),
  );
  return all.filter(({ id }) => chosen.has(id));
}

function timeScale(result: Result, variants: readonly Recorded[]): TimeScale {
  const seconds = variants.flatMap((variant) => variant.series.seconds);
  const limit = result.slos.find((slo) => slo.metric === 'search-response-p99')?.limit;
  const slowest = Math.max(0, ...seconds.map((each) => (each.searchResponseUs?.p99 ?? 0) / 1000));
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

async function panels(result: Result, block: readonly Recorded[], columns: 1 | 2, scale: TimeScale, s: Strings): Promise<Insertable> {
  const width = columns === 1 ? 1160 : 574;
  const rows = await Promise.all(
    panelNames.map(async (panel) => {
      const [title, unit] = s.overTime.panel[panel];
      const charts = await Promise.all(
        block.map(async (variant) => {
          const data: TimeSeries = { ...variant.series, series: seriesOf(result, variant.id) };
          const [wide, phone] = await Promise.all([
            timePanel(panel, data, scale, panelFrame(panel, width, false), s, 'wide'),
            timePanel(panel, data, scale, panelFrame(panel, 328, true), s, 'phone'),
          ]);
          return html`<div class="panel"><p class="panel-name">${variantName(result, variant.id)}</p>${figure(s.overTime.described(title ?? panel, variant.id), wide, phone)}</div>`;
        }),
      );
      return html`<div class="panel-title"><b>${title}</b><small>${unit}</small></div>${charts}`;
    }),
  );
  const heads = block.map((variant) => html`<div class="panel-head">${variantName(result, variant.id)}</div>`);
  return html`<div class="panels columns-${columns} of-${block.length}"><div class="panel-head"></div>${heads}${rows}</div>`;
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
    ms(each.searchResponseUs?.p50),
    ms(each.searchResponseUs?.p95),
    ms(each.searchResponseUs?.p99),
    each.searchResponseUs ? count(each.searchResponseUs.sampleCount) : absent,
  ]);
  return dataTable(s.table.toLimit(s.overTime.repetition(variant.id, variant.series.stepId)), s.overTime.columns, rows);
}
