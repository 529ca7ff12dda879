import type { MetricId } from '../../harness/contract/metrics.ts';
import type { Comparison, Result } from '../../harness/contract/result.ts';
import { ratioInterval } from '../answer.ts';
import { conclusion } from '../conclusion.ts';
import { crowded, found } from '../findings.ts';
import type { Markup } from '../markup.ts';
import { ratio } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { labelledTicks, logPosition, ticks125 } from './axis.ts';
import { type Frame, plotSize, renderChart } from './compile.ts';
import { box, label, line } from './layers.ts';
import { logAxisLayer } from './log-axis.ts';
import { plainTick } from './percentiles.ts';
import { seriesOf } from './series.ts';

export interface RatioFrame {
  readonly width: number;
  readonly narrow: boolean;
}

interface Row {
  readonly name: string;
  readonly comparison: Comparison;
}

interface Group {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** Of many variants these two are drawn, one below the other. */
const headlineRatios = ['search-response-p95', 'cpu-seconds-per-1k'] as const satisfies readonly MetricId[];

/** The ratios that the plot shows: all, or of many variants those in two metrics. */
export function drawnRatios(result: Result): readonly Comparison[] {
  if (!crowded(result)) {
    return result.comparisons;
  }
  const compared = new Set(result.comparisons.map(({ metric }) => metric));
  const headlines = headlineRatios.filter((metric) => compared.has(metric));
  const chosen = new Set<MetricId>(headlines.length > 0 ? headlines : [...compared].slice(0, 1));
  return result.comparisons.filter(({ metric }) => chosen.has(metric));
}

/** Every ratio under its pair of variants; of many variants every pair under its metric, so that they are read down one axis. */
function groupsOf(result: Result, s: Strings): Group[] {
  const byMetric = crowded(result);
  const pair = ({ variant, baseline }: Comparison) => `${variant} ÷ ${baseline}`;
  const groups = new Map<string, Row[]>();
  for (const comparison of drawnRatios(result)) {
    const metric = s.metricTitle(comparison.metric);
    const [title, name] = byMetric ? [metric, pair(comparison)] : [pair(comparison), metric];
    groups.set(title, [...(groups.get(title) ?? []), { name, comparison }]);
  }
  return [...groups].map(([title, rows]) => ({ title, rows }));
}

/** 1-2-5 ticks are too coarse around 1, where most ratios lie. */
function ratioTicks(domain: readonly [number, number]): readonly number[] {
  if (domain[1] / domain[0] > 12) {
    return labelledTicks(ticks125(...domain), 7);
  }
  return [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6].filter((tick) => tick >= domain[0] && tick <= domain[1]);
}

function ratioDomain(comparisons: readonly Comparison[]): readonly [number, number] {
  const values = comparisons.flatMap(({ ratio: value, interval: bounds, detectableEffect }) => [
    value,
    ...(bounds && bounds.low > 0 ? [bounds.low, bounds.high] : []),
    ...(detectableEffect === undefined ? [] : [1 + detectableEffect, 1 / (1 + detectableEffect)]),
  ]);
  return [Math.min(0.8, Math.min(...values) / 1.08), Math.max(1.25, Math.max(...values) * 1.08)];
}

/** Forest plot of all ratios to the baseline on one log axis. Undefined without comparisons. */
export async function ratioChart(
  result: Result,
  { width, narrow }: RatioFrame,
  s: Strings,
  className: string,
): Promise<Markup | undefined> {
  const groups = groupsOf(result, s);
  if (groups.length === 0) {
    return undefined;
  }
  const rowHeight = narrow ? 60 : crowded(result) ? 22 : 28;
  const headHeight = narrow ? 40 : 30;
  const groupGap = 10;
  const height = groups.reduce((sum, group) => sum + headHeight + group.rows.length * rowHeight + groupGap, 0) - groupGap;
  const frame: Frame = narrow
    ? { width, height: height + 26, left: 6, right: 6, top: 24, bottom: 2 }
    : { width, height: height + 30, left: 270, right: 530, top: 26, bottom: 4 };
  const size = plotSize(frame);
  const domain = ratioDomain(groups.flatMap(({ rows }) => rows.map(({ comparison }) => comparison)));
  const atX = logPosition(domain, 0, size.width);
  // On a phone the rows carry their words above the plot, and a line through them all would cross these.
  const unity = narrow ? [] : [line({ x: atX(1), x2: atX(1), y: 0, y2: size.height }, 'var(--ink2)')];
  const layers: unknown[] = [
    logAxisLayer({
      field: 'ratio',
      domain,
      anchor: 1,
      ticks: ratioTicks(domain),
      nameOf: (tick) => `${plainTick(tick)} ×`,
      height: size.height,
      grid: !narrow,
    }),
    ...unity,
  ];
  let y = 0;
  for (const group of groups) {
    layers.push(...headLabels(group, y, headHeight, size.width, narrow, s));
    y += headHeight;
    for (const row of group.rows) {
      layers.push(...rowLayers(result, row, { y, rowHeight, width: size.width, narrow, atX }, s));
      y += rowHeight;
    }
    y += groupGap;
  }
  return renderChart(frame, { layer: layers }, className);
}

function headLabels({ title, rows }: Group, y: number, headHeight: number, width: number, narrow: boolean, s: Strings): unknown[] {
  const rules = [...new Set(rows.map(({ comparison }) => comparison.resourceRule))].map((rule) => s.setting([rule])).join('; ');
  const middle = y + headHeight / 2 + 2;
  return narrow
    ? [
        label({ x: 0, y: y + 13, text: title, weight: 600, colour: 'var(--ink)' }),
        label({ x: 0, y: y + 28, text: rules, colour: 'var(--ink3)' }),
      ]
    : [
        label({ x: -270, y: middle, text: title, weight: 600, colour: 'var(--ink)', size: 12 }),
        label({ x: width + 530, y: middle, text: rules, align: 'right', colour: 'var(--ink3)' }),
      ];
}

interface Place {
  readonly y: number;
  readonly rowHeight: number;
  readonly width: number;
  readonly narrow: boolean;
  readonly atX: (value: number) => number;
}

function rowLayers(result: Result, { name, comparison }: Row, { y, rowHeight, width, narrow, atX }: Place, s: Strings): unknown[] {
  const { colour, shape } = seriesOf(result, comparison.variant);
  const middle = narrow ? y + rowHeight - 12 : y + rowHeight / 2;
  const bounds = ratioInterval(comparison);
  const decided = found(result, comparison);
  const figures = ratio(comparison.ratio);
  const textY = narrow ? y + 12 : middle;
  const right = narrow ? width : width + 130;
  const boundsText = bounds ?? s.ratios.noInterval;
  return [
    ...noise(comparison, middle, atX),
    ...(narrow ? [line({ x: atX(1), x2: atX(1), y: middle - 9, y2: middle + 11 }, 'var(--ink2)')] : []),
    ...whisker(comparison, middle, colour, atX),
    {
      data: { values: [{}] },
      mark: {
        type: 'point',
        shape,
        size: 52,
        stroke: colour,
        strokeWidth: 1.5,
        // A hollow mark: nothing was decided here, so it carries no solid ink.
        fill: decided ? colour : 'var(--surface)',
        opacity: 1,
      },
      encoding: { x: { value: atX(comparison.ratio) }, y: { value: middle } },
    },
    label({ x: narrow ? 0 : -256, y: textY, text: name, colour: 'var(--ink)', size: 12 }),
    ...(narrow
      ? [
          label({ x: right, y: textY, text: `${figures} ${boundsText}`, align: 'right', colour: 'var(--ink)' }),
          label({ x: 0, y: textY + 15, text: conclusion(result, comparison, s) }),
        ]
      : [
          label({
            x: width + 66,
            y: textY,
            text: figures,
            align: 'right',
            weight: 600,
            colour: decided ? 'var(--ink)' : 'var(--ink2)',
            size: 12,
          }),
          label({ x: width + 76, y: textY, text: boundsText, colour: 'var(--ink2)', size: 12 }),
          label({ x: width + 196, y: textY, text: conclusion(result, comparison, s), size: 12 }),
        ]),
  ];
}

function noise({ detectableEffect }: Comparison, y: number, atX: (value: number) => number): unknown[] {
  return detectableEffect === undefined
    ? []
    : [box({ x: atX(1 / (1 + detectableEffect)), x2: atX(1 + detectableEffect), y: y - 9, y2: y + 9 }, 'var(--band)')];
}

function whisker({ interval: bounds }: Comparison, y: number, colour: string, atX: (value: number) => number): unknown[] {
  if (!bounds || bounds.low <= 0) {
    return [];
  }
  const [low, high] = [atX(bounds.low), atX(bounds.high)];
  return [
    line({ x: low, x2: high, y, y2: y }, colour, 1.75),
    line({ x: low, x2: low, y: y - 4, y2: y + 4 }, colour, 1.75),
    line({ x: high, x2: high, y: y - 4, y2: y + 4 }, colour, 1.75),
  ];
}
