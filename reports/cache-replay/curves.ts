import type { CacheReplay, CacheReplayPoint } from '../../harness/contract/cache-replay.ts';
import { swatch } from '../charts/marks.ts';
import { missRatioChart, seriesOfPolicy } from '../charts/miss-ratio.ts';
import { dataTable, figure, nothing, section } from '../html/parts.ts';
import { html, type Insertable, prose } from '../markup.ts';
import { absent, percent, signedPercent, significant } from '../numbers.ts';
import { missText, pointAt, rankedPolicies, sizeHead, sizeText } from './figures.ts';
import type { CacheReplaySection } from './section.ts';
import type { CacheReplayStrings } from './strings.ts';

const wide = { width: 920, height: 410, left: 52, right: 176, top: 26, bottom: 46, narrow: false } as const;
const phone = { width: 328, height: 330, left: 44, right: 76, top: 26, bottom: 46, narrow: true } as const;

function figureRows(result: CacheReplay): (string | number)[][] {
  const row = (title: string, { size, missRatio, interval }: CacheReplayPoint) => [
    title,
    sizeHead(result, size),
    percent(missRatio),
    interval === undefined ? absent : percent(interval.low),
    interval === undefined ? absent : percent(interval.high),
  ];
  return [...result.policies, ...result.bounds].flatMap(({ title, points }) => points.map((point) => row(title, point)));
}

/** The miss ratio curve of every policy and the bound. */
export async function curveSection(result: CacheReplay, s: CacheReplayStrings): Promise<CacheReplaySection> {
  const [chart, narrow] = await Promise.all([missRatioChart(result, wide, s, 'wide'), missRatioChart(result, phone, s, 'phone')]);
  const tables = html`${dataTable(s.figuresBehind(s.curve.title), s.curve.columns, figureRows(result))}${
    result.lruCurve &&
    dataTable(
      s.figuresBehind(s.curve.curveTable),
      s.curve.curveColumns,
      result.lruCurve.map(({ size, missRatio, interval }) => [
        sizeHead(result, size),
        percent(missRatio),
        interval === undefined ? absent : percent(interval.low),
        interval === undefined ? absent : percent(interval.high),
      ]),
    )
  }`;
  if (chart === undefined) {
    return section('curve', s.curve.title, s.curve.subtitle, html`${nothing(s.curve.oneSize)}${tables}`);
  }
  const at = sizeText(result, result.comparedSize, s);
  const described = rankedPolicies(result).map(({ policy, point }) => s.curve.part(policy.title, missText(point), at));
  const grey = result.policies.filter(({ id }) => seriesOfPolicy(result, id) === undefined).map(({ title }) => title);
  const howTo: string[] = [
    ...result.bounds.map(({ note }) => note),
    ...(result.lruCurve === undefined || !result.policies.some(({ id }) => id === 'lru') ? [] : [s.curve.lru]),
    ...(grey.length === 0 ? [] : [s.curve.grey(grey)]),
    ...(result.sampling.rate < 1 ? [s.curve.interval] : []),
  ];
  return section(
    'curve',
    s.curve.title,
    s.curve.subtitle,
    html`<div class="beside"><div>${figure(s.curve.described(described), chart, narrow)}${tables}</div><aside class="how-to"><h3>${s.curve.howTo}</h3>${howTo.map(
      (text) => html`<p>${prose(text)}</p>`,
    )}</aside></div>`,
  );
}

function named(result: CacheReplay, id: string, title: string): Insertable {
  const series = seriesOfPolicy(result, id);
  return series === undefined ? title : html`<span class="name">${swatch(series)}<span class="${series.wordClass}">${title}</span></span>`;
}

/** Every policy at every size, best first, then the misses by what they cost. */
export function policySection(result: CacheReplay, s: CacheReplayStrings): CacheReplaySection {
  const { comparedSize } = result;
  const at = sizeText(result, comparedSize, s);
  const sizes = result.policies[0]?.points.map(({ size }) => size) ?? [];
  const [bound] = result.bounds;
  const boundPoint = bound && pointAt(bound, comparedSize);
  const lines = [
    ...rankedPolicies(result).map(({ policy }) => ({
      name: named(result, policy.id, policy.title),
      points: policy.points,
      isBound: false,
    })),
    ...result.bounds.map(({ title, points }) => ({ name: title as Insertable, points, isBound: true })),
  ];
  const ratio = (value: number | undefined) => (value === undefined ? absent : percent(value));
  const rows = lines.map(({ name, points, isBound }) => {
    const compared = pointAt({ points }, comparedSize);
    return [
      name,
      ...sizes.map((size) => {
        const text = ratio(pointAt({ points }, size)?.missRatio);
        return size === comparedSize ? html`<b>${text}</b>` : text;
      }),
      ...(result.sampling.rate < 1
        ? [compared?.interval === undefined ? absent : significant(50 * (compared.interval.high - compared.interval.low))]
        : []),
      isBound || compared === undefined || boundPoint === undefined ? '' : signedPercent(compared.missRatio - boundPoint.missRatio),
    ];
  });
  const columns = [
    s.policies.policy,
    ...sizes.map((size) => sizeHead(result, size)),
    ...(result.sampling.rate < 1 ? [s.policies.margin(at)] : []),
    s.policies.aboveBound,
  ];
  return section(
    'policies',
    s.policies.title,
    s.policies.subtitle(at, s.limit[result.limit].unit),
    html`${matrix(columns, rows, s.tableOf(s.policies.title))}${weightedTable(result, s)}`,
  );
}

/** Names down, figures across; it scrolls where it is wider than the page. */
function matrix(heads: readonly string[], rows: readonly (readonly Insertable[])[], caption: string): Insertable {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="matrix"><caption>${caption}</caption><thead><tr>${heads.map(
    (head, place) => html`<th scope="col" class="${place === 0 ? 't' : 'n'}">${head}</th>`,
  )}</tr></thead><tbody>${rows.map(
    ([name, ...cells]) => html`<tr><th scope="row" class="t">${name}</th>${cells.map((cell) => html`<td class="n">${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

const weights = [
  ['byteMissRatio', 'bytes'],
  ['tokenMissRatio', 'tokens'],
  ['secondsMissRatio', 'seconds'],
] as const;

/** Absent where the trace tells neither sizes nor costs. */
function weightedTable(result: CacheReplay, s: CacheReplayStrings): Insertable {
  const ranked = rankedPolicies(result);
  const present = weights.filter(([field]) => ranked[0]?.point[field] !== undefined);
  if (present.length === 0) {
    return undefined;
  }
  const at = sizeText(result, result.comparedSize, s);
  const cells = (point: CacheReplayPoint | undefined) => [
    point === undefined ? absent : percent(point.missRatio),
    ...present.map(([field]) => (point?.[field] === undefined ? absent : percent(point[field]))),
  ];
  const rows = [
    ...ranked.map(({ policy, point }) => [named(result, policy.id, policy.title), ...cells(point)]),
    ...result.bounds.map((bound) => [bound.title, ...cells(pointAt(bound, result.comparedSize))]),
  ];
  const columns = [s.unit.requests, ...present.map(([, unit]) => s.unit[unit])];
  return html`<div class="more"><div><h3>${s.policies.weighted}</h3> <p class="sub">${s.policies.weightedSubtitle(at)}</p>${matrix([s.policies.policy, ...columns], rows, s.tableOf(s.policies.weighted))}</div></div>`;
}
