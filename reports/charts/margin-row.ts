import type { SloResult } from '../../harness/contract/result.ts';
import { html, type Markup } from '../markup.ts';
import type { Series } from './looks.ts';
import { mark } from './marks.ts';

const width = 292;
const inset = 8;
const height = 26;

/** Room to the limit, as shares: `low` (negative) to +100 %; what lies beyond an end is drawn at that end. */
export interface MarginAxis {
  readonly low: number;
}

/** Beyond this the axis would be all failure; farther marks are pinned to the end. */
const lowest = -1;

/** One axis for all SLOs: as far to the left as the worst margin asks. */
export function marginAxis(slos: readonly SloResult[]): MarginAxis {
  const margins = slos.flatMap((slo) => slo.perVariant.flatMap((each) => each.margin ?? []));
  const worst = Math.min(0, ...margins);
  return { low: [-0.25, -0.5, lowest].find((end) => end <= worst * 1.15) ?? lowest };
}

function position({ low }: MarginAxis): (margin: number) => number {
  return (margin) => Math.round((inset + ((Math.min(1, Math.max(low, margin)) - low) / (1 - low)) * (width - 2 * inset)) * 10) / 10;
}

/** Labels of the margin axis, for the head of the column. */
export function marginHead(axis: MarginAxis, limitWord: string): Markup {
  const at = position(axis);
  return html`<svg class="margins" width="${width}" height="16" viewBox="0 0 ${width} 16" aria-hidden="true"><text x="${at(axis.low)}" y="12">−${-axis.low * 100}</text><text x="${at(0)}" y="12" text-anchor="middle" class="strong">${limitWord}</text><text x="${at(0.5)}" y="12" text-anchor="middle">+50</text><text x="${width}" y="12" text-anchor="end">+100 %</text></svg>`;
}

export interface MarginMark {
  readonly margin: number;
  readonly interval: { readonly low: number; readonly high: number } | undefined;
  readonly series: Series;
  /** The variant that is named in the row; all others are hollow. */
  readonly named: boolean;
}

/** All variants of one SLO on the shared margin axis; the limit is the vertical line. */
export function marginRow(axis: MarginAxis, marks: readonly MarginMark[]): Markup {
  const at = position(axis);
  const middle = height / 2;
  // Variants without a look of their own are dots: there are many, and a dot each is all that can be seen.
  const rest = new Set(marks.filter(({ series, named }) => series.minor === true && !named).map(({ margin }) => at(margin)));
  const drawn = marks.filter(({ series, named }) => series.minor !== true || named).toSorted((a, b) => Number(a.named) - Number(b.named));
  return html`<svg class="margins" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-hidden="true"><rect x="${at(axis.low)}" y="0" width="${(at(0) - at(axis.low)).toFixed(1)}" height="${height}" fill="var(--failtint)"/><path d="${[0.25, 0.5, 0.75, 1].map((tick) => `M${at(tick)},0v${height}`).join('')}" stroke="var(--hair)"/><path d="${[...rest].map((x) => `M${x},${middle}h0`).join('')}" stroke="var(--ink3)" stroke-width="5" stroke-linecap="round"/><line x1="${at(0)}" x2="${at(0)}" y1="0" y2="${height}" stroke="var(--ink)" stroke-width="1.25"/>${drawn.map(
    ({ margin, interval, series, named }) =>
      html`${
        named &&
        interval &&
        html`<rect x="${at(interval.low)}" y="${middle - 2}" width="${Math.max(1, at(interval.high) - at(interval.low)).toFixed(1)}" height="4" fill="${series.colour}" opacity="0.35"/>`
      }${mark(series, at(margin), middle, named)}`,
  )}</svg>`;
}
