import type { Result, ResultVariant } from '../../harness/contract/result.ts';
import type { TraceFigures, TraceReplay } from '../../harness/contract/trace-replay.ts';
import type { Series } from '../charts/looks.ts';
import { seriesOf } from '../charts/series.ts';
import { type ReplayAxis, type ReplayPanel, replayFrame, replayPanel } from '../charts/trace-hours.ts';
import { drawnVariants } from '../findings.ts';
import { html, type Insertable, type Markup } from '../markup.ts';
import { absent, count, percent, significant } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { type Detail, dataTable, figure, type Section, scrolledTable, section, someDrawn, variantName } from './parts.ts';

type Replayed = ResultVariant & { readonly traceReplay: TraceReplay };

const isReplayed = (variant: ResultVariant): variant is Replayed => variant.traceReplay !== undefined;

/** Variants whose recording is the same, and with it the axis. */
function byRecording(variants: readonly Replayed[]): Replayed[][] {
  return [
    ...Map.groupBy(variants, ({ traceReplay: { file, format, weeks, binSeconds } }) =>
      [file, format, weeks, binSeconds].join('\n'),
    ).values(),
  ];
}

/** What a recording asked of the system by its own clock, and how like it the replay was. Undefined where nothing was replayed. */
export async function replaySection(result: Result, detail: Detail, s: Strings): Promise<Section | undefined> {
  const replayed = result.variants.filter(isReplayed);
  if (replayed.length === 0) {
    return undefined;
  }
  const drawn = new Set(drawnVariants(result).map(({ id }) => id));
  const groups = byRecording(replayed);
  const charts = await Promise.all(
    groups.map((group) =>
      panels(
        result,
        group.filter(({ id }) => drawn.has(id)),
        detail,
        s,
      ),
    ),
  );
  const tables =
    detail === 'all' || detail === 'curves' ? replayed.map((variant) => binTable(variant, s)) : html`<p class="note">${s.replay.left}</p>`;
  const isAny = (holds: (replay: TraceReplay) => boolean) => replayed.some(({ traceReplay }) => holds(traceReplay));
  const notes = [
    s.replay.note,
    ...(isAny(({ questions }) => questions === 'recorded') ? [s.replay.words] : []),
    ...(isAny(({ answerLengths }) => answerLengths === 'recorded') ? [s.replay.lengths] : []),
  ];
  return section(
    'replay',
    s.section.replay,
    s.replay.subtitle,
    html`${figuresTable(result, groups, s)}<p class="note">${notes.join(' ')}</p>${charts}${someDrawn(result, 'data', s)}${tables}`,
  );
}

/** Of a recording a few digits say enough. */
function recordedSpan(seconds: number): string {
  return seconds < 7_200 ? `${significant(seconds / 60)}\u00a0min` : `${significant(seconds / 3_600)}\u00a0h`;
}

function rowOf(name: Insertable, figures: TraceFigures, rest: readonly Insertable[]): Insertable[] {
  const shareText = (share: number | undefined) => (share === undefined ? absent : percent(share));
  return [
    name,
    count(figures.requests),
    recordedSpan(figures.spanSeconds),
    significant(figures.meanPerHour),
    count(figures.peakPerHour),
    figures.peakToMean === undefined ? absent : significant(figures.peakToMean),
    figures.gapCvPerMinute === undefined ? absent : significant(figures.gapCvPerMinute),
    shareText(figures.repeatedQueryShare),
    figures.inputTokensP50 === undefined ? absent : count(figures.inputTokensP50),
    figures.outputTokensP50 === undefined ? absent : count(figures.outputTokensP50),
    ...rest,
  ];
}

function figuresTable(result: Result, groups: readonly Replayed[][], s: Strings): Markup {
  const rows = groups.flatMap((group) => {
    const [first] = group;
    const recorded = first?.traceReplay;
    return [
      ...(recorded === undefined ? [] : [rowOf(s.replay.recorded(recorded.file), recorded.recorded, ['', '', ''])]),
      ...group.map(({ id, traceReplay: { offered, timeScale, bins } }) => {
        const answers = bins.reduce((sum, bin) => sum + bin.answers, 0);
        const shareOf = (field: 'hits' | 'shared') =>
          answers === 0 ? absent : percent(bins.reduce((sum, bin) => sum + bin[field], 0) / answers);
        return rowOf(variantName(result, id), offered, [shareOf('hits'), shareOf('shared'), `×\u00a0${significant(timeScale)}`]);
      }),
    ];
  });
  return scrolledTable(
    s.replay.columns.map((head, place) => ({ head, numeric: place > 0 })),
    rows,
    s.table.region(s.section.replay),
  );
}

function axisOf(group: readonly Replayed[]): ReplayAxis {
  const bins = group.flatMap(({ traceReplay }) => traceReplay.bins.map(({ bin }) => bin));
  const unit = group[0]?.traceReplay.binSeconds === 60 ? 'min' : 'h';
  return { firstBin: Math.min(...bins), lastBin: Math.max(...bins), unit };
}

const failed = ({ traceReplay: { bins } }: Replayed) => bins.some(({ arrivals, succeeded }) => succeeded < arrivals);
const keepsAnswers = ({ topology }: Replayed) => topology.cache?.answers !== undefined;

/** The arrivals are nobody's own: all variants of a group were asked at the same moments. */
const everyone: Series = { colour: 'var(--ink3)', wordColour: 'var(--ink2)', wordClass: 's5t', dash: [], shape: 'circle' };

/** The panels of one recording, a line per variant in each. */
async function panels(result: Result, group: readonly Replayed[], detail: Detail, s: Strings): Promise<Insertable> {
  const [first] = group;
  if (first === undefined) {
    return '';
  }
  const axis = axisOf(group);
  const caching = group.filter(keepsAnswers);
  const shown: readonly (readonly [ReplayPanel, readonly Replayed[]])[] = [
    ['arrivals', [first]],
    ...(caching.length > 0 ? [['spared', caching] as const] : []),
    ['p50', group],
    ['p95', group],
    ...(group.some(failed) ? [['failed', group] as const] : []),
  ];
  const last = shown.at(-1)?.[0];
  const rows = await Promise.all(
    shown.map(async ([panel, variants]) => {
      const [title, unit] = s.replay.panel(axis.unit)[panel];
      const lines = variants.map(({ id, traceReplay: { bins } }) => ({
        series: panel === 'arrivals' ? everyone : seriesOf(result, id),
        bins,
      }));
      const both = detail !== 'one-width';
      const [wide, phone] = await Promise.all([
        replayPanel(panel, lines, axis, replayFrame(panel, 1160, panel === last), both ? 'wide' : 'every'),
        both && replayPanel(panel, lines, axis, replayFrame(panel, 328, panel === last), 'phone'),
      ]);
      const described = s.replay.described(
        title,
        variants.map(({ id }) => id),
      );
      return html`<div class="panel-title"><b>${title}</b><small>${unit}</small></div><div class="panel">${figure(described, wide, phone)}</div>`;
    }),
  );
  const { file, binSeconds, timeScale } = first.traceReplay;
  const head = html`<p class="note">${s.replay.scaled(file, axis.unit, significant(binSeconds / timeScale))} ${group.map(({ id }) => html`${variantName(result, id)} `)}</p>`;
  const drawn = html`<div class="panels columns-1 of-1">${rows}</div>`;
  return html`${head}${detail === 'one-width' ? html`<div class="scroll" tabindex="0" role="region" aria-label="${s.chart.region(file)}">${drawn}</div>` : drawn}`;
}

function binTable({ id, traceReplay: { bins, binSeconds } }: Replayed, s: Strings): Markup {
  const seconds = (ms: number | undefined) => (ms === undefined ? absent : significant(ms / 1000));
  const rows = bins.map((each) => [
    each.bin,
    count(each.arrivals),
    count(each.succeeded),
    count(each.arrivals - each.succeeded),
    count(each.hits),
    count(each.shared),
    each.answers === 0 ? absent : percent((each.hits + each.shared) / each.answers),
    seconds(each.p50Ms),
    seconds(each.p95Ms),
  ]);
  return dataTable(s.table.toLimit(id), s.replay.binColumns(binSeconds === 60 ? 'min' : 'h'), rows);
}
