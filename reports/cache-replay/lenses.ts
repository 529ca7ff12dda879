import type { CacheReplay } from '../../harness/contract/cache-replay.ts';
import { rankChart } from '../charts/rank-plot.ts';
import { reuseChart } from '../charts/reuse-distances.ts';
import { workingSetChart } from '../charts/working-set.ts';
import { dataTable, figure, nothing, section, table } from '../html/parts.ts';
import { html, type Markup, prose } from '../markup.ts';
import { absent, count, percent, significant } from '../numbers.ts';
import type { CacheReplaySection } from './section.ts';
import { popularityText, reuseText } from './sentences.ts';
import type { CacheReplayStrings } from './strings.ts';

const half = { width: 628, height: 280, left: 56, right: 12, top: 28, bottom: 44 } as const;
const phone = { width: 328, height: 250, left: 52, right: 8, top: 28, bottom: 44 } as const;

function sentences(texts: readonly string[]): Markup {
  return html`${texts.map((text) => html`<p class="note">${prose(text)}</p>`)}`;
}

export async function popularitySection({ lenses }: CacheReplay, s: CacheReplayStrings): Promise<CacheReplaySection> {
  const [chart, narrow] = await Promise.all([rankChart(lenses, half, s, 'wide'), rankChart(lenses, phone, s, 'phone')]);
  const texts = popularityText(lenses, s);
  const rows = lenses.ranks.map(({ rank, requests, fitted }) => [
    count(rank),
    count(requests),
    fitted === undefined ? absent : significant(fitted),
  ]);
  return section(
    'popularity',
    s.popularity.title,
    s.popularity.subtitle,
    html`${chart && figure(s.popularity.described(texts.join(' ')), chart, narrow)}${sentences(texts)}${dataTable(s.figuresBehind(s.popularity.title), s.popularity.columns, rows)}`,
  );
}

export async function reuseSection(result: CacheReplay, s: CacheReplayStrings): Promise<CacheReplaySection> {
  const [chart, narrow] = await Promise.all([reuseChart(result, half, s, 'wide'), reuseChart(result, phone, s, 'phone')]);
  const texts = reuseText(result.lenses, s);
  const rows = result.lenses.reuse.buckets.map(({ upTo, share }) => [count(upTo), percent(share)]);
  return section(
    'reuse',
    s.reuse.title,
    s.reuse.subtitle,
    html`${chart && figure(s.reuse.described(texts.join(' ')), chart, narrow)}${sentences(texts)}${dataTable(s.figuresBehind(s.reuse.title), s.reuse.columns, rows)}`,
  );
}

export function driftSection({ lenses: { drift } }: CacheReplay, s: CacheReplayStrings): CacheReplaySection {
  if (drift === undefined) {
    return section('drift', s.drift.title, '', nothing(s.drift.none));
  }
  const { observed, shuffled, topKeys } = drift;
  const rank = (value: number | undefined) => (value === undefined ? absent : significant(value));
  const rows = [
    [s.drift.top(count(topKeys)), percent(observed.topKept), percent(shuffled.topKept)],
    [s.drift.workingSet, percent(observed.workingSetKept), percent(shuffled.workingSetKept)],
    [s.drift.rank, rank(observed.rankChange), rank(shuffled.rankChange)],
  ];
  const [first, ...figures] = s.drift.columns;
  return section(
    'drift',
    s.drift.title,
    s.drift.subtitle(count(drift.windows), count(drift.requestsPerWindow)),
    html`${table([{ head: first ?? '' }, ...figures.map((each) => ({ head: each, numeric: true }))], rows, s.drift.title)}${sentences([s.drift.note])}`,
  );
}

export async function workingSetSection({ lenses }: CacheReplay, s: CacheReplayStrings): Promise<CacheReplaySection> {
  const [chart, narrow] = await Promise.all([workingSetChart(lenses, half, s, 'wide'), workingSetChart(lenses, phone, s, 'phone')]);
  const rows = lenses.workingSet.map(({ requestShare, distinct, cumulative }) => [
    percent(requestShare),
    count(distinct),
    count(cumulative),
  ]);
  const last = count(lenses.workingSet.at(-1)?.cumulative ?? 0);
  return section(
    'working-set',
    s.workingSet.title,
    s.workingSet.subtitle,
    html`${chart ? figure(s.workingSet.described(last), chart, narrow) : nothing(s.drift.none)}${dataTable(s.figuresBehind(s.workingSet.title), s.workingSet.columns, rows)}`,
  );
}
