import type { OperationKind } from '../../harness/contract/common.ts';
import { metricIds } from '../../harness/contract/metrics.ts';
import type { PercentileCurve, Result, ResultVariant } from '../../harness/contract/result.ts';
import { drawnVariants, percentileOf } from '../findings.ts';
import type { Markup } from '../markup.ts';
import { figure, joined, significant, threshold } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { textWidth } from '../text-width.ts';
import { labelledTicks, logDomain, logPosition, spreadLabels, ticks125 } from './axis.ts';
import { chartText, type Frame, plotSize, renderChart } from './compile.ts';
import { box, hatch, label, limitDash, line } from './layers.ts';
import type { Series } from './looks.ts';
import { seriesOf } from './series.ts';

/** Below this the tail is an anecdote: the line turns thin and the ground is hatched. */
export const solidTailSamples = 10;

const labelled = [50, 90, 95, 99, 99.9, 99.99] as const;
const leftmost = 1.5;

/** The rarity axis: one in how many requests is slower than this percentile. */
const rarity = (percentile: number): number => 1 / (1 - percentile / 100);

interface Drawn {
  readonly variant: ResultVariant;
  readonly series: Series;
  readonly solid: readonly Point[];
  readonly thin: readonly Point[];
}

interface Point {
  readonly x: number;
  readonly ms: number;
}

export interface PercentileFrame extends Frame {
  readonly narrow: boolean;
}

function pointsOf(curve: PercentileCurve): { solid: Point[]; thin: Point[] } {
  const visible = curve.points.filter((point) => point.percentile < 100 && point.ms > 0 && rarity(point.percentile) >= leftmost);
  const point = ({ percentile, ms }: (typeof visible)[number]): Point => ({ x: rarity(percentile), ms });
  const solid = visible.filter((each) => each.tailSamples >= solidTailSamples);
  const last = solid.at(-1);
  const thin = visible.filter((each) => each.tailSamples < solidTailSamples);
  return { solid: solid.map(point), thin: [...(last && thin.length > 0 ? [last] : []), ...thin].map(point) };
}

/** Percentiles of one operation kind with a point of the curve beyond the left end; empty when nothing can be drawn. */
function drawnCurves(result: Result, kind: OperationKind, lookOf = (id: string): Series => seriesOf(result, id)): Drawn[] {
  return drawnVariants(result).flatMap((variant) => {
    const curve = variant.curves.find((each) => each.kind === kind);
    const points = curve && pointsOf(curve);
    return points && points.solid.length + points.thin.length > 1 ? [{ variant, series: lookOf(variant.id), ...points }] : [];
  });
}

/** Kinds of operation of which at least one variant has a curve that can be drawn. */
export function drawableKinds(result: Result): OperationKind[] {
  return (['search', 'ask', 'ask-stream', 'upsert'] as const).filter((kind) => drawnCurves(result, kind).length > 0);
}

function limitsOf(result: Result, kind: OperationKind) {
  return result.slos.flatMap((slo) => {
    const at = percentileOf(slo.metric);
    return at?.kind === kind && slo.limit > 0 ? [{ slo, x: rarity(at.percentile), ms: slo.limit }] : [];
  });
}

function intervalsOf(variant: ResultVariant, kind: OperationKind) {
  return metricIds.flatMap((metric) => {
    const at = percentileOf(metric);
    const measured = variant.metrics[metric];
    return at?.kind === kind && measured && measured.value > 0 && rarity(at.percentile) <= rarity(99)
      ? [{ x: rarity(at.percentile), ms: measured.value, low: measured.interval?.low, high: measured.interval?.high }]
      : [];
  });
}

/** Response time over 1 ÷ (1 − p), both log. Undefined when no variant has a curve of this kind. */
export async function percentileChart(
  result: Result,
  kind: OperationKind,
  frame: PercentileFrame,
  s: Strings,
  className: string,
  lookOf?: (id: string) => Series,
): Promise<Markup | undefined> {
  const drawn = drawnCurves(result, kind, lookOf);
  const longest = Math.max(0, ...drawn.map(({ variant }) => textWidth(variant.id, 11)));
  // No more than a third of the picture: an id may be longer than any room.
  const roomy = frame.narrow ? frame : { ...frame, right: Math.max(frame.right, Math.min(longest + 16, frame.width / 3)) };
  const limits = limitsOf(result, kind);
  const all = drawn.flatMap((each) => [...each.solid, ...each.thin]);
  const yDomain = logDomain([...all.map((point) => point.ms), ...limits.map((limit) => limit.ms)]);
  if (!yDomain) {
    return undefined;
  }
  const size = plotSize(roomy);
  const xDomain = [leftmost, Math.max(rarity(99), ...all.map((point) => point.x))] as const;
  const atX = logPosition(xDomain, 0, size.width);
  const atY = logPosition(yDomain, size.height, 0);
  const yTicks = labelledTicks(ticks125(...yDomain), 10);
  const scales = {
    x: {
      field: 'x',
      type: 'quantitative',
      scale: { type: 'log', domain: xDomain, nice: false },
      axis: xAxis(xDomain, frame.narrow || tight(xDomain, size.width), s),
    },
    y: { field: 'ms', type: 'quantitative', scale: { type: 'log', domain: yDomain, nice: false }, axis: yAxis(yTicks) },
  };
  const embedded = embeddedEngine(result);
  return renderChart(
    roomy,
    {
      layer: [
        ...thinGround(drawn, size, atX, s),
        ...limits.flatMap((limit) => limitMarks(limit, atX, atY, s)),
        ...drawn.flatMap((each) => curveLayers(each, scales)),
        ...drawn.flatMap((each) => intervalLayers(each, kind, scales)),
        ...endLabels(drawn, size, atY, frame.narrow),
        ...(embedded === undefined ? [] : dashedFrame(size, s.percentiles.embedded(embedded))),
        label({ x: -8, y: -10, text: 'ms', align: 'right', colour: 'var(--ink3)' }),
        label({
          x: size.width / 2,
          y: size.height + 34,
          text: frame.narrow ? s.percentiles.axisShort : s.percentiles.axis,
          align: 'center',
          colour: 'var(--ink3)',
        }),
      ],
    },
    className,
  );
}

/** The dashed frame of an embedded engine, with its name on it. */
function dashedFrame({ width, height }: { readonly width: number; readonly height: number }, name: string): unknown[] {
  const side = (x: number, x2: number, y: number, y2: number) => line({ x, x2, y, y2 }, 'var(--ink3)', 1, [4, 3]);
  return [
    side(0, width, 0, 0),
    side(0, width, height, height),
    side(0, 0, 0, height),
    side(width, width, 0, height),
    label({ x: width, y: -10, text: chartText(name), align: 'right' }),
  ];
}

/** Would 90 % and 95 % touch? */
function tight([low, high]: readonly [number, number], width: number): boolean {
  return (Math.log(rarity(95) / rarity(90)) / Math.log(high / low)) * width < 34;
}

function xAxis(domain: readonly [number, number], narrow: boolean, s: Strings): unknown {
  const shown = labelled.filter((percentile) => rarity(percentile) <= domain[1] * 1.000_001 && !(narrow && percentile === 95));
  const names = Object.fromEntries(shown.map((percentile) => [rarity(percentile).toFixed(0), s.percentiles.tick(percentile)]));
  return {
    values: shown.map(rarity),
    labelExpr: `${JSON.stringify(names)}[format(datum.value, '.0f')]`,
    labelOverlap: false,
    title: null,
    tickCount: shown.length,
  };
}

function yAxis(ticks: readonly number[]): unknown {
  const names = Object.fromEntries(ticks.map((tick) => [String(tick), plainTick(tick)]));
  return { values: ticks, labelExpr: `${JSON.stringify(names)}[toString(datum.value)]`, labelOverlap: false, title: null };
}

/** Ticks are round, so they drop the zeros that a measured figure would keep. */
export function plainTick(tick: number): string {
  return tick >= 100 ? significant(tick) : String(Number(tick.toPrecision(3)));
}

function thinGround(drawn: readonly Drawn[], size: { width: number; height: number }, atX: (x: number) => number, s: Strings): unknown[] {
  const ends = drawn.filter((each) => each.thin.length > 0).map((each) => each.thin[0]?.x ?? leftmost);
  if (ends.length === 0) {
    return [];
  }
  const from = Math.max(0, atX(Math.max(...ends)));
  if (size.width - from < 4) {
    return [];
  }
  const text = s.percentiles.fewSamples(solidTailSamples);
  return [
    box({ x: from, x2: size.width, y: 0, y2: size.height }, hatch),
    box({ x: size.width - 14 - textWidth(text, 11), x2: size.width - 2, y: size.height - 19, y2: size.height - 2 }, 'var(--surface)'),
    label({ x: size.width - 8, y: size.height - 10, text, align: 'right' }),
  ];
}

function limitMarks(
  { slo, x, ms }: ReturnType<typeof limitsOf>[number],
  atX: (x: number) => number,
  atY: (ms: number) => number,
  s: Strings,
): unknown[] {
  const at = { x: atX(x), y: atY(ms) };
  const sign = slo.comparator === 'le' ? '≤' : '≥';
  return [
    line({ x: 0, x2: at.x, y: at.y, y2: at.y }, 'var(--ink2)', 1, limitDash),
    label({ x: 4, y: at.y - 8, text: `SLO ${s.percentiles.name(slo.metric)} ${sign} ${joined(threshold(slo.metric, ms))}` }),
    {
      data: { values: [{}] },
      mark: { type: 'point', shape: 'circle', size: 46, stroke: 'var(--ink)', strokeWidth: 1.5, fill: 'var(--surface)', opacity: 1 },
      encoding: { x: { value: at.x }, y: { value: at.y } },
    },
  ];
}

function curveLayers({ series: { colour, dash }, solid, thin }: Drawn, encoding: unknown): unknown[] {
  const stroke = (values: readonly Point[], strokeWidth: number) => ({
    data: { values },
    mark: { type: 'line', color: colour, strokeDash: dash, strokeWidth, interpolate: 'linear' },
    encoding,
  });
  return [...(solid.length > 1 ? [stroke(solid, 1.9)] : []), ...(thin.length > 1 ? [stroke(thin, 0.9)] : [])];
}

function intervalLayers({ variant, series }: Drawn, kind: OperationKind, scales: { readonly x: unknown; readonly y: object }): unknown[] {
  const { colour, shape } = series;
  const marks = intervalsOf(variant, kind);
  const bounded = marks.filter((mark) => mark.low !== undefined && mark.low > 0 && mark.high !== undefined);
  return [
    ...(bounded.length > 0
      ? [
          {
            data: { values: bounded },
            mark: { type: 'rule', color: colour, strokeWidth: 7, opacity: 0.28 },
            encoding: { x: scales.x, y: { ...scales.y, field: 'low' }, y2: { field: 'high' } },
          },
        ]
      : []),
    ...(marks.length > 0
      ? [{ data: { values: marks }, mark: { type: 'point', filled: true, shape, size: 42, color: colour, opacity: 1 }, encoding: scales }]
      : []),
  ];
}

function endLabels(
  drawn: readonly Drawn[],
  size: { width: number; height: number },
  atY: (ms: number) => number,
  narrow: boolean,
): unknown[] {
  const ends = drawn.map((each) => atY((each.thin.at(-1) ?? each.solid.at(-1))?.ms ?? 1));
  const spread = spreadLabels(ends, 15, size.height);
  return drawn.map((each, place) => {
    const { wordColour } = each.series;
    const y = spread[place] ?? 0;
    // On a phone there is no room at the right: the word stands on the curve's end instead.
    return narrow
      ? label({ x: size.width - 4, y: y - 9, text: each.variant.id, align: 'right', colour: wordColour, weight: 500 })
      : label({ x: size.width + 8, y, text: each.variant.id, colour: wordColour, weight: 500 });
  });
}

/** Name of the project's own vector engine if it served every variant, because its figures are not Qdrant's. */
export function embeddedEngine(result: Result): string | undefined {
  const own = result.components.find((component) => component.tier === 'vector' && component.embedded);
  return own && `${own.engine} ${own.version}`;
}

/** `p99 31.6 ms` for the description of a figure. */
export function describedPercentile(variant: ResultVariant, kind: OperationKind, percentile: number): string | undefined {
  const metric = metricIds.find((id) => {
    const at = percentileOf(id);
    return at?.kind === kind && at.percentile === percentile;
  });
  const measured = metric && variant.metrics[metric];
  return metric && measured ? `p${percentile} ${joined(figure(metric, measured.value))}` : undefined;
}
