import type { CacheReplay, CacheReplayPoint } from '../../harness/contract/cache-replay.ts';
import { pointAt, rankedPolicies, sizeHead, sizeText } from '../cache-replay/figures.ts';
import type { CacheReplayStrings } from '../cache-replay/strings.ts';
import type { Markup } from '../markup.ts';
import { percent, signedPercent } from '../numbers.ts';
import { textWidth } from '../text-width.ts';
import { labelledTicks, logDomain, logPosition, spreadLabels, ticks125 } from './axis.ts';
import { chartText, type Frame, plotSize, renderChart } from './compile.ts';
import { box, hatch, label, limitDash, line } from './layers.ts';
import { type Series, seriesAt } from './looks.ts';

export interface MissRatioFrame extends Frame {
  readonly narrow: boolean;
}

interface Drawn {
  readonly title: string;
  readonly points: readonly CacheReplayPoint[];
  readonly series: Series | undefined;
}

const colouredCount = 4;

/** The policies that are drawn in colour, in the order of their colours: the best two, LRU, and the worst at the compared size. */
export function colouredPolicies(result: CacheReplay): string[] {
  const ranked = rankedPolicies(result).map(({ policy }) => policy.id);
  const wanted = [ranked[0], ranked[1], ranked.includes('lru') ? 'lru' : ranked[2], ranked.at(-1), ranked[2]];
  return [...new Set(wanted.filter((id) => id !== undefined))].slice(0, colouredCount);
}

/** Colour, dash and mark of a policy; undefined for those in grey. */
export function seriesOfPolicy(result: CacheReplay, id: string): Series | undefined {
  const place = colouredPolicies(result).indexOf(id);
  return place === -1 ? undefined : seriesAt(place);
}

/** Miss ratio over the size of the cache, for every policy and the bound. Undefined with fewer than two sizes to join. */
export async function missRatioChart(
  result: CacheReplay,
  frame: MissRatioFrame,
  s: CacheReplayStrings,
  className: string,
): Promise<Markup | undefined> {
  const sizes = result.policies[0]?.points.map(({ size }) => size) ?? [];
  if (sizes.length < 2) {
    return undefined;
  }
  const coloured = colouredPolicies(result);
  const drawn: Drawn[] = result.policies
    .map(({ id, title, points }) => ({ title, points, series: seriesOfPolicy(result, id), place: coloured.indexOf(id) }))
    // Grey below colour, and the best on top.
    .toSorted((a, b) => (a.place === -1 ? -99 : -a.place) - (b.place === -1 ? -99 : -b.place));
  const [bound] = result.bounds;
  const size = plotSize(frame);
  const all = [
    ...[...drawn, ...(bound === undefined ? [] : [bound])].flatMap(({ points }) => points.map(({ missRatio }) => missRatio)),
    ...drawn.flatMap(({ points, series }) =>
      series === undefined ? [] : points.flatMap(({ interval }) => [interval?.low ?? [], interval?.high ?? []].flat()),
    ),
  ];
  const [low, high] = [
    Math.max(0, Math.floor(Math.min(...all) * 10 - 0.01) / 10),
    Math.min(1, Math.ceil(Math.max(...all) * 10 + 0.01) / 10),
  ];
  const xDomain = [sizes[0] ?? 1, sizes.at(-1) ?? 2] as const;
  const atX = logPosition(xDomain, 0, size.width);
  const atY = (ratio: number) => size.height * (1 - (ratio - low) / (high - low));
  const scales = {
    x: {
      field: 'size',
      type: 'quantitative',
      scale: { type: 'log', domain: xDomain, nice: false },
      axis: xAxis(result, sizes, frame.narrow),
    },
    y: { field: 'missRatio', type: 'quantitative', scale: { domain: [low, high], nice: false }, axis: yAxis(low, high) },
  };
  const compared = atX(result.comparedSize);
  const named: Named[] = [
    ...drawn.filter(({ series }) => series !== undefined),
    ...(bound === undefined ? [] : [{ title: s.curve.bound, points: bound.points, series: undefined }]),
  ];
  const curve = result.lruCurve?.filter((point) => point.size >= xDomain[0] && point.size <= xDomain[1]) ?? [];
  return renderChart(
    frame,
    {
      layer: [
        ...(bound === undefined ? [] : boundGround(bound.points, scales, { low, size, atX, atY }, s)),
        line({ x: compared, x2: compared, y: 0, y2: size.height }, 'var(--ink2)', 1, limitDash),
        ...comparedLabel(s.curve.compared(sizeText(result, result.comparedSize, s)), compared, size.width),
        ...drawn.flatMap((each) => policyLayers(each, each.title === titleOfLru(result) ? curve : [], scales)),
        ...(frame.narrow ? endLabels(named, atY, size) : figureBlock(named, result, size.width, s)),
        label({ x: size.width / 2, y: size.height + 34, text: s.limit[result.limit].axis, align: 'center', colour: 'var(--ink3)' }),
      ],
    },
    className,
  );
}

function titleOfLru({ policies }: CacheReplay): string | undefined {
  return policies.find(({ id }) => id === 'lru')?.title;
}

function xAxis(result: CacheReplay, sizes: readonly number[], narrow: boolean): unknown {
  const domain = logDomain([sizes[0] ?? 1, sizes.at(-1) ?? 2]) ?? [1, 2];
  const inside = ticks125(...domain).filter((tick) => tick >= (sizes[0] ?? 1) && tick <= (sizes.at(-1) ?? 2));
  // Round numbers of bytes are not round in binary units; there the replayed sizes themselves are the ticks.
  const ticks = result.limit === 'entries' && inside.length >= 2 ? labelledTicks(inside, narrow ? 5 : 10) : spaced(sizes, narrow ? 3 : 7);
  const names = Object.fromEntries(ticks.map((tick) => [String(tick), sizeHead(result, tick)]));
  return { values: ticks, labelExpr: `${JSON.stringify(names)}[toString(datum.value)]`, labelOverlap: false, title: null };
}

function spaced(sizes: readonly number[], most: number): number[] {
  const step = Math.max(1, Math.ceil(sizes.length / most));
  return sizes.filter((_, place) => place % step === 0);
}

function yAxis(low: number, high: number): unknown {
  const step = high - low > 0.6 ? 0.2 : high - low > 0.15 ? 0.1 : 0.02;
  const ticks = Array.from({ length: Math.floor((high - low) / step + 1e-6) + 1 }, (_, place) => Number((low + place * step).toFixed(4)));
  return { values: ticks, labelExpr: `format(datum.value * 100, '.3~r') + ' %'`, labelOverlap: false, title: null };
}

interface Scales {
  readonly x: object;
  readonly y: object;
}

/** What is below the bound is out of reach: hatched ground down to the axis. */
function boundGround(
  points: readonly CacheReplayPoint[],
  { x, y }: Scales,
  { low, size, atX, atY }: { low: number; size: { width: number; height: number }; atX: (x: number) => number; atY: (y: number) => number },
  s: CacheReplayStrings,
): unknown[] {
  const values = points.map((point) => ({ ...point, floor: low }));
  const text = s.curve.reachNote;
  const width = textWidth(text, 11);
  // The words stand where the ground is high enough for them.
  const roomy = points.find((point) => size.height - atY(point.missRatio) > 34 && atX(point.size) + width + 12 < size.width);
  const at = roomy && { x: Math.max(8, atX(roomy.size) + 4), y: size.height - 14 };
  return [
    { data: { values }, mark: { type: 'area', color: hatch, interpolate: 'linear' }, encoding: { x, y, y2: { field: 'floor' } } },
    {
      data: { values },
      mark: { type: 'line', color: 'var(--ink)', strokeWidth: 1.75, interpolate: 'linear' },
      encoding: { x, y },
    },
    ...(at === undefined
      ? []
      : [box({ x: at.x - 4, x2: at.x + width + 4, y: at.y - 9, y2: at.y + 9 }, 'var(--surface)'), label({ ...at, text })]),
  ];
}

function comparedLabel(text: string, x: number, width: number): unknown[] {
  const right = x + textWidth(text, 11) + 8 > width;
  return [
    label({
      x: right ? Math.max(textWidth(text, 11), x - 6) : x + 6,
      y: -10,
      text,
      align: right ? 'right' : 'left',
      colour: 'var(--ink3)',
    }),
  ];
}

function policyLayers({ points, series }: Drawn, curve: readonly { size: number; missRatio: number }[], { x, y }: Scales): unknown[] {
  if (series === undefined) {
    return [
      {
        data: { values: points },
        mark: { type: 'line', color: 'var(--g3)', strokeWidth: 1, interpolate: 'linear' },
        encoding: { x, y },
      },
    ];
  }
  const { colour, dash, shape } = series;
  const bounded = points.flatMap(({ size, interval }) =>
    interval === undefined ? [] : [{ size, low: interval.low, high: interval.high }],
  );
  return [
    {
      data: { values: curve.length > 1 ? curve : points },
      mark: { type: 'line', color: colour, strokeDash: dash, strokeWidth: 1.9, interpolate: 'linear' },
      encoding: { x, y },
    },
    ...(bounded.length === 0
      ? []
      : [
          {
            data: { values: bounded },
            mark: { type: 'rule', color: colour, strokeWidth: 1.5 },
            encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
          },
        ]),
    {
      data: { values: points },
      mark: { type: 'point', shape, size: 42, stroke: colour, strokeWidth: 1.5, fill: 'var(--surface)', opacity: 1 },
      encoding: { x, y },
    },
  ];
}

interface Named {
  readonly title: string;
  readonly points: readonly CacheReplayPoint[];
  readonly series: Series | undefined;
}

/** On a phone the names stand at the ends of the lines. */
function endLabels(named: readonly Named[], atY: (ratio: number) => number, size: { width: number; height: number }): unknown[] {
  const spread = spreadLabels(
    named.map(({ points }) => atY(points.at(-1)?.missRatio ?? 0)),
    15,
    size.height,
  );
  return named.map(({ title, series }, place) =>
    label({ x: size.width + 6, y: spread[place] ?? 0, text: chartText(title), colour: series?.wordColour ?? 'var(--ink)', weight: 500 }),
  );
}

const blockLine = 34;

/** Elsewhere a block at the right gives the names with their figures at the compared size, best first. */
function figureBlock(named: readonly Named[], result: CacheReplay, width: number, s: CacheReplayStrings): unknown[] {
  const boundRatio = pointAt({ points: result.bounds[0]?.points ?? [] }, result.comparedSize)?.missRatio;
  const x = width + 24;
  const rows = named
    .flatMap((each) => {
      const point = pointAt(each, result.comparedSize);
      return point === undefined ? [] : [{ ...each, ratio: point.missRatio }];
    })
    .toSorted((a, b) => a.ratio - b.ratio);
  return [
    label({ x, y: 4, text: s.curve.at(sizeText(result, result.comparedSize, s)), colour: 'var(--ink3)' }),
    label({ x, y: 18, text: boundRatio === undefined ? s.curve.missOnly : s.curve.missAndBound, colour: 'var(--ink3)' }),
    ...rows.flatMap(({ title, series, ratio }, place) => {
      const y = 42 + place * blockLine;
      const above = series === undefined || boundRatio === undefined ? '' : ` · ${signedPercent(ratio - boundRatio)}`;
      return [
        swatchAt(series, x, y),
        label({ x: x + 34, y, text: chartText(title), colour: series?.wordColour ?? 'var(--ink)', weight: 500 }),
        label({ x: x + 34, y: y + 14, text: `${percent(ratio)} %${above}` }),
      ];
    }),
  ].flat();
}

function swatchAt(series: Series | undefined, x: number, y: number): unknown[] {
  const { colour, dash } = series ?? { colour: 'var(--ink)', dash: [] };
  return [
    line({ x, x2: x + 28, y, y2: y }, colour, 1.9, dash),
    ...(series === undefined
      ? []
      : [
          {
            data: { values: [{}] },
            mark: { type: 'point', shape: series.shape, size: 42, stroke: colour, strokeWidth: 1.5, fill: 'var(--surface)', opacity: 1 },
            encoding: { x: { value: x + 14 }, y: { value: y } },
          },
        ]),
  ];
}
