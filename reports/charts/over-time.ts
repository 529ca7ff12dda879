import type { Second } from '../../harness/contract/observation.ts';
import type { ErrorClass } from '../../harness/contract/operation.ts';
import type { Markup } from '../markup.ts';
import { count } from '../numbers.ts';
import { responseOf } from '../response-kind.ts';
import type { Strings } from '../strings.ts';
import { spreadLabels } from './axis.ts';
import { type Frame, plotSize, renderChart } from './compile.ts';
import { box, hatch, label, limitDash, line } from './layers.ts';
import type { Series } from './looks.ts';
import { plainTick } from './percentiles.ts';

/** What all panels of all variants share, so that they can be read across. */
export interface TimeScale {
  /** Length of the shared x axis, s. */
  readonly seconds: number;
  readonly responseTopMs: number;
  readonly rateTop: number;
  readonly inFlightTop: number;
  readonly errorTop: number;
  /** The p99 limit of searches, ms. */
  readonly limitMs: number | undefined;
}

export interface TimeSeries {
  readonly seconds: readonly Second[];
  readonly warmUpSeconds: number;
  readonly series: Series;
}

export type PanelName = 'response' | 'rate' | 'inFlight' | 'errors';
export const panelNames = ['response', 'rate', 'inFlight', 'errors'] as const satisfies readonly PanelName[];

export interface PanelFrame extends Frame {
  /** The last panel of a column carries the x axis. */
  readonly axis: boolean;
}

const panelHeights: Record<PanelName, number> = { response: 118, rate: 74, inFlight: 58, errors: 46 };

/** The frame of a panel of this total width; the narrow one keeps its labels inside the plot, the last one has the axis. */
export function panelFrame(panel: PanelName, width: number, narrow: boolean, axis: boolean): PanelFrame {
  const bottom = axis ? 22 : 6;
  return { width, height: panelHeights[panel] + 8 + bottom, left: 44, right: narrow ? 72 : 92, top: 8, bottom, axis };
}

interface EndLabel {
  readonly text: string;
  readonly y: number;
  readonly colour: string;
  readonly strong?: boolean;
}

interface Panel {
  readonly top: number;
  readonly layers: readonly DataLayer[];
  readonly labels: readonly EndLabel[];
}

/** One panel over time with its warm-up hatched. */
export async function timePanel(
  panel: PanelName,
  data: TimeSeries,
  scale: TimeScale,
  frame: PanelFrame,
  s: Strings,
  className: string,
): Promise<Markup> {
  const size = plotSize(frame);
  const drawn = panels[panel](data, scale, size, s);
  const atX = (second: number) => (second / scale.seconds) * size.width;
  const spread = spreadLabels(
    drawn.labels.map((each) => each.y),
    13,
    size.height,
  );
  const x = {
    field: 'second',
    type: 'quantitative',
    scale: { domain: [0, scale.seconds], nice: false },
    axis: xAxis(scale.seconds, frame.axis),
  };
  return renderChart(
    frame,
    {
      layer: [
        ...(data.warmUpSeconds > 0
          ? [box({ x: 0, x2: atX(Math.min(data.warmUpSeconds, scale.seconds)), y: 0, y2: size.height }, hatch)]
          : []),
        ...[groundLayer, ...drawn.layers].map((layer) => withScales(layer, x, drawn.top, panel !== 'response')),
        line({ x: 0, x2: size.width, y: size.height, y2: size.height }, 'var(--rule)'),
        ...drawn.labels.map((each, place) =>
          label({ x: size.width + 8, y: spread[place] ?? 0, text: each.text, colour: each.colour, weight: each.strong ? 600 : 400 }),
        ),
      ],
    },
    className,
  );
}

function xAxis(seconds: number, shown: boolean): unknown {
  const step = [5, 10, 15, 30, 60, 120, 300].find((each) => seconds / each <= 8) ?? 600;
  const values = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step);
  return {
    values,
    grid: false,
    labels: shown,
    labelExpr: "datum.value === 0 ? '0 s' : toString(datum.value)",
    title: null,
    labelOverlap: true,
  };
}

interface DataLayer {
  readonly data: unknown;
  readonly mark: unknown;
  readonly y: string;
  readonly y2?: string;
}

/** Invisible: it gives a panel without any event its axes all the same. */
const groundLayer: DataLayer = { data: [{ second: 0, value: 0 }], mark: { type: 'point', opacity: 0 }, y: 'value' };

function withScales({ data, mark, y, y2 }: DataLayer, x: unknown, top: number, whole: boolean): unknown {
  // Half a request does not exist, so a short axis of counts has no middle tick.
  const values = whole && !Number.isInteger(top / 2) ? [0, top] : [0, top / 2, top];
  const names = Object.fromEntries(values.map((tick) => [String(tick), plainTick(tick)]));
  const axis = { values, labelExpr: `${JSON.stringify(names)}[toString(datum.value)]`, title: null, labelOverlap: false };
  return {
    data: { values: data },
    mark,
    encoding: {
      x,
      y: { field: y, type: 'quantitative', scale: { domain: [0, top], nice: false }, axis },
      ...(y2 && { y2: { field: y2 } }),
    },
  };
}

type PanelBuilder = (data: TimeSeries, scale: TimeScale, size: { readonly width: number; readonly height: number }, s: Strings) => Panel;

const panels: Record<PanelName, PanelBuilder> = {
  response: ({ seconds, series }, { responseTopMs, limitMs, seconds: length }, { height }, s) => {
    const rows = gapped(seconds);
    const at = (ms: number) => height * (1 - Math.min(1, ms / responseTopMs));
    const last = rows.findLast((row) => row.p99 !== null);
    const limited = limitMs !== undefined && limitMs <= responseTopMs;
    return {
      top: responseTopMs,
      layers: [
        {
          data: rows,
          mark: { type: 'area', color: series.colour, opacity: 0.26, invalid: 'break-paths-show-domains' },
          y: 'p50',
          y2: 'p95',
        },
        { data: rows, mark: { type: 'line', color: series.colour, strokeWidth: 1.5, invalid: 'break-paths-show-domains' }, y: 'p99' },
        ...(limited
          ? [
              {
                data: flat(limitMs, length),
                mark: { type: 'line', color: 'var(--ink2)', strokeWidth: 1, strokeDash: limitDash },
                y: 'value',
              },
            ]
          : []),
      ],
      labels: last
        ? [
            { text: 'p99', y: at(last.p99 ?? 0), colour: series.wordColour, strong: true },
            { text: 'p50–p95', y: at(((last.p50 ?? 0) + (last.p95 ?? 0)) / 2), colour: series.wordColour },
            ...(limited ? [{ text: 'SLO p99', y: at(limitMs), colour: 'var(--ink2)' }] : []),
          ]
        : [{ text: s.overTime.noSuccess, y: height / 2, colour: 'var(--ink2)' }],
    };
  },
  rate: ({ seconds, series }, { rateTop }, { height }, s) => {
    const last = seconds.at(-1);
    const at = (rate: number) => height * (1 - Math.min(1, rate / rateTop));
    return {
      top: rateTop,
      layers: [
        {
          data: seconds.map(({ second, arrivals }) => ({ second, arrivals })),
          mark: { type: 'line', color: 'var(--ink3)', strokeWidth: 1, strokeDash: [3, 2] },
          y: 'arrivals',
        },
        {
          data: seconds.map(({ second, done }) => ({ second, done })),
          mark: { type: 'line', color: series.colour, strokeWidth: 1.5 },
          y: 'done',
        },
      ],
      labels: [
        { text: s.overTime.offered, y: at(last?.arrivals ?? 0), colour: 'var(--ink2)' },
        { text: s.overTime.done, y: at(last?.done ?? 0), colour: series.wordColour, strong: true },
      ],
    };
  },
  inFlight: ({ seconds, series }, { inFlightTop }, { height }, s) => ({
    top: inFlightTop,
    layers: [
      {
        data: seconds.map(({ second, inFlight }) => ({ second, inFlight })),
        mark: { type: 'line', color: series.colour, strokeWidth: 1.5 },
        y: 'inFlight',
      },
    ],
    labels: [
      {
        text: s.overTime.inFlightLabel,
        y: height * (1 - Math.min(1, (seconds.at(-1)?.inFlight ?? 0) / inFlightTop)),
        colour: series.wordColour,
      },
    ],
  }),
  errors: ({ seconds }, { errorTop }, { height }, s) => {
    const totals = errorTotals(seconds);
    const step = 13;
    return {
      top: errorTop,
      layers: totals.map(({ errorClass }, place) => ({
        data: seconds.flatMap((each) => stacked(each, totals, errorClass)),
        mark: { type: 'bar', color: errorColour(place), size: 3 },
        y: 'from',
        y2: 'to',
      })),
      labels:
        totals.length === 0
          ? [{ text: s.overTime.noErrors, y: height - 8, colour: 'var(--ink2)' }]
          : totals.slice(0, 4).map(({ errorClass, total }, place) => ({
              text: `${count(total)} ${s.errorClass(errorClass)}`,
              y: 6 + place * step,
              colour: errorColour(place),
              strong: true,
            })),
    };
  },
};

/** Seconds without an answer stay a gap: a line through them would claim that something was measured. */
function gapped(seconds: readonly Second[]) {
  return seconds.map((each) => {
    const response = responseOf(each);
    return {
      second: each.second,
      p50: response ? response.p50 / 1000 : null,
      p95: response ? response.p95 / 1000 : null,
      p99: response ? response.p99 / 1000 : null,
    };
  });
}

function flat(value: number, seconds: number) {
  return [
    { second: 0, value },
    { second: seconds, value },
  ];
}

interface ClassTotal {
  readonly errorClass: ErrorClass;
  readonly total: number;
}

function errorTotals(seconds: readonly Second[]): ClassTotal[] {
  const totals = new Map<ErrorClass, number>();
  for (const { errors } of seconds) {
    for (const [errorClass, errorCount] of Object.entries(errors) as [ErrorClass, number][]) {
      totals.set(errorClass, (totals.get(errorClass) ?? 0) + errorCount);
    }
  }
  return [...totals]
    .filter(([, total]) => total > 0)
    .map(([errorClass, total]) => ({ errorClass, total }))
    .toSorted((a, b) => b.total - a.total);
}

function stacked({ second, errors }: Second, order: readonly ClassTotal[], errorClass: ErrorClass) {
  const own = errors[errorClass] ?? 0;
  if (own === 0) {
    return [];
  }
  const place = order.findIndex((each) => each.errorClass === errorClass);
  const from = order.slice(0, place).reduce((sum, each) => sum + (errors[each.errorClass] ?? 0), 0);
  return [{ second, from, to: from + own }];
}

function errorColour(place: number): string {
  return ['var(--fail)', 'var(--faultt)', 'var(--unk)'][place] ?? 'var(--ink3)';
}

/** All errors of a second, whatever their class. */
export function errorsOf({ errors }: Second): number {
  return Object.values(errors).reduce((sum, each) => sum + each, 0);
}
