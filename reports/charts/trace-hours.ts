import type { ReplayBin } from '../../harness/contract/trace-replay.ts';
import type { Markup } from '../markup.ts';
import { linearTop } from './axis.ts';
import { type Frame, plotSize, renderChart } from './compile.ts';
import { line } from './layers.ts';
import type { Series } from './looks.ts';
import { plainTick } from './percentiles.ts';

/** What a panel shows of each bin. */
export type ReplayPanel = 'arrivals' | 'spared' | 'p50' | 'p95' | 'failed';

export interface ReplayLine {
  readonly series: Series;
  readonly bins: readonly ReplayBin[];
}

/** All panels of one recording share its bins. */
export interface ReplayAxis {
  readonly firstBin: number;
  readonly lastBin: number;
  readonly unit: 'h' | 'min';
}

const panelHeights: Record<ReplayPanel, number> = { arrivals: 66, spared: 74, p50: 74, p95: 74, failed: 46 };

export interface ReplayFrame extends Frame {
  /** The last panel carries the x axis. */
  readonly axis: boolean;
}

export function replayFrame(panel: ReplayPanel, width: number, axis: boolean): ReplayFrame {
  const bottom = axis ? 22 : 6;
  return { width, height: panelHeights[panel] + 8 + bottom, left: 44, right: 20, top: 8, bottom, axis };
}

/** What a panel shows of a bin, in the unit of the panel; nothing where the bin has no answer to tell it by. */
function shownOf(panel: ReplayPanel, { arrivals, succeeded, answers, hits, shared, p50Ms, p95Ms }: ReplayBin): number | null {
  switch (panel) {
    case 'arrivals':
      return arrivals;
    case 'spared':
      return answers === 0 ? null : (100 * (hits + shared)) / answers;
    case 'p50':
      return p50Ms === undefined ? null : p50Ms / 1000;
    case 'p95':
      return p95Ms === undefined ? null : p95Ms / 1000;
    case 'failed':
      return arrivals - succeeded;
  }
}

/** Ticks where a day or an hour begins, at most as many as have room. */
function ticksOf({ firstBin, lastBin, unit }: ReplayAxis, width: number): number[] {
  const steps = unit === 'h' ? [1, 2, 3, 6, 12, 24, 48] : [1, 2, 5, 10, 15, 30, 60];
  const most = Math.max(2, Math.floor(width / 44));
  const step = steps.find((each) => (lastBin + 1 - firstBin) / each <= most) ?? (steps.at(-1) as number);
  const first = Math.ceil(firstBin / step) * step;
  return Array.from({ length: Math.max(1, Math.floor((lastBin + 1 - first) / step) + 1) }, (_, index) => first + index * step);
}

/** One panel of a replay by the clock of its recording: a line per variant, steps where requests are counted. */
export async function replayPanel(
  panel: ReplayPanel,
  lines: readonly ReplayLine[],
  axis: ReplayAxis,
  frame: ReplayFrame,
  className: string,
): Promise<Markup> {
  const size = plotSize(frame);
  const isCount = panel === 'arrivals' || panel === 'failed';
  const values = lines.flatMap(({ bins }) => bins.flatMap((bin) => shownOf(panel, bin) ?? []));
  const top = linearTop(values);
  const ticks = isCount && !Number.isInteger(top / 2) ? [0, top] : [0, top / 2, top];
  const names = Object.fromEntries(ticks.map((tick) => [String(tick), plainTick(tick)]));
  const xTicks = ticksOf(axis, size.width);
  const x = {
    field: 'at',
    type: 'quantitative',
    scale: { domain: [axis.firstBin, axis.lastBin + 1], nice: false },
    axis: {
      values: xTicks,
      grid: false,
      labels: frame.axis,
      labelExpr: `datum.value === ${xTicks[0] ?? 0} ? '${xTicks[0] ?? 0} ${axis.unit}' : toString(datum.value)`,
      title: null,
      labelOverlap: true,
    },
  };
  const y = {
    field: 'value',
    type: 'quantitative',
    scale: { domain: [0, top], nice: false },
    axis: { values: ticks, labelExpr: `${JSON.stringify(names)}[toString(datum.value)]`, title: null, labelOverlap: false },
  };
  const encoding = { x, y };
  const layers = lines.map(({ series, bins }) => ({
    // A value stands in the middle of its bin.
    data: { values: bins.map((bin) => ({ at: bin.bin + 0.5, value: shownOf(panel, bin) })) },
    mark: {
      type: 'line',
      color: series.colour,
      strokeWidth: 1.5,
      strokeDash: series.dash,
      interpolate: isCount ? 'step' : 'linear',
      invalid: 'break-paths-show-domains',
    },
    encoding,
  }));
  return renderChart(
    frame,
    {
      layer: [
        // Invisible: it gives a panel without any value its axes all the same.
        { data: { values: [{ at: axis.firstBin, value: 0 }] }, mark: { type: 'point', opacity: 0 }, encoding },
        ...layers,
        line({ x: 0, x2: size.width, y: size.height, y2: size.height }, 'var(--rule)'),
      ],
    },
    className,
  );
}
