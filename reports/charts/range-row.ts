import { html, type Markup } from '../markup.ts';
import { textWidth } from '../text-width.ts';
import { labelledTicks, logPosition, ticks125 } from './axis.ts';
import type { Series } from './looks.ts';
import { mark } from './marks.ts';
import { plainTick } from './percentiles.ts';

/** The one axis on which the rows of all variants stand. */
export interface RangeAxis {
  readonly domain: readonly [number, number];
  /** Limits of response time, ms; dotted through every row. */
  readonly limits: readonly number[];
}

const width = 292;
const inset = 14;

function placed({ domain }: RangeAxis) {
  const at = logPosition(domain, inset, width - inset);
  return { at: (value: number) => Math.round(at(value) * 10) / 10, ticks: labelledTicks(ticks125(...domain), 7) };
}

/** The labels of the axis, for the head of the column. */
export function rangeHead(axis: RangeAxis): Markup {
  const { at, ticks } = placed(axis);
  return html`<svg class="range" width="${width}" height="16" viewBox="0 0 ${width} 16" aria-hidden="true">${ticks.map((tick) => {
    const text = plainTick(tick);
    // A label at an end of the axis moves inward: half of it would stand outside the picture.
    const half = textWidth(text, 11) / 2;
    const x = Math.min(width - half, Math.max(half, at(tick)));
    return html`<text x="${Math.round(x * 10) / 10}" y="12" text-anchor="middle">${text}</text>`;
  })}</svg>`;
}

export interface RangeValues {
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
  readonly p99Interval: { readonly low: number; readonly high: number } | undefined;
}

/** p50 ● p95 ┃ p99 ▸ of one variant on the shared log axis. */
export function rangeRow(axis: RangeAxis, { p50, p95, p99, p99Interval }: RangeValues, series: Series, height: number): Markup {
  const { at, ticks } = placed(axis);
  const middle = height / 2;
  const known = [p50, p95, p99].filter((value) => value !== undefined && value > 0) as number[];
  const [first, last] = [Math.min(...known), Math.max(...known)];
  return html`<svg class="range" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-hidden="true"><path d="${ticks.map((tick) => `M${at(tick)},0v${height}`).join('')}" stroke="var(--hair)"/>${axis.limits.map((limit) => html`<line x1="${at(limit)}" x2="${at(limit)}" y1="0" y2="${height}" stroke="var(--ink2)" stroke-dasharray="1 2.5"/>`)}${
    known.length > 1 &&
    html`<line x1="${at(first)}" x2="${at(last)}" y1="${middle}" y2="${middle}" stroke="${series.colour}" stroke-width="1.75"${
      series.dash.length > 0 && html` stroke-dasharray="${series.dash.join(' ')}"`
    }/>`
  }${
    p99Interval &&
    p99Interval.low > 0 &&
    html`<rect x="${at(p99Interval.low)}" y="${middle - 6}" width="${Math.max(1, at(p99Interval.high) - at(p99Interval.low)).toFixed(1)}" height="12" fill="${series.colour}" opacity="0.25"/>`
  }${p50 !== undefined && p50 > 0 && mark(series, at(p50), middle)}${
    p95 !== undefined && p95 > 0 && html`<rect x="${at(p95) - 1.25}" y="${middle - 7}" width="2.5" height="14" fill="${series.colour}"/>`
  }${p99 !== undefined && p99 > 0 && html`<path d="M${at(p99) - 4},${middle - 5.5}l9,5.5l-9,5.5Z" fill="${series.colour}"/>`}</svg>`;
}
