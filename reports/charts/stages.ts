import type { Result, ResultVariant, StageCohort } from '../../harness/contract/result.ts';
import { drawnVariants } from '../findings.ts';
import type { Markup } from '../markup.ts';
import { duration, joined, percent } from '../numbers.ts';
import { textWidth } from '../text-width.ts';
import { linearTop } from './axis.ts';
import { chartText, type Frame, plotSize, renderChart } from './compile.ts';
import { label } from './layers.ts';
import type { Series } from './looks.ts';
import { plainTick } from './percentiles.ts';
import { seriesOf } from './series.ts';

/** Search and waiting are what sharding moves: they have colour; every other stage is a grey. */
const greys = ['var(--g1)', 'var(--g2)', 'var(--g3)', 'var(--g4)', 'var(--g5)'] as const;

export interface StageColour {
  readonly stage: string;
  readonly fill: string;
  readonly ink: string;
}

/** One fill per stage in the order in which a request meets them. */
export function stageColours(variants: readonly ResultVariant[]): StageColour[] {
  const names = [...new Set(variants.flatMap((variant) => variant.stages.flatMap((cohort) => cohort.parts.map((part) => part.stage))))];
  let grey = 0;
  return names.map((stage) => {
    if (/search/i.test(stage)) {
      return { stage, fill: 'var(--stage-search)', ink: 'var(--stage-search-ink)' };
    }
    if (/queue|wait/i.test(stage)) {
      return { stage, fill: 'var(--stage-wait)', ink: 'var(--stage-wait-ink)' };
    }
    grey += 1;
    return { stage, fill: greys[(grey - 1) % greys.length] ?? greys[0], ink: 'var(--ink)' };
  });
}

const rowHeight = 22;
const barHeight = 15;
const groupGap = 16;

interface Row {
  readonly cohort: StageCohort;
  readonly y: number;
}

interface Group {
  readonly variant: ResultVariant;
  readonly rows: readonly Row[];
}

function layOut(variants: readonly ResultVariant[]): { readonly groups: Group[]; readonly height: number } {
  let y = 0;
  const groups: Group[] = [];
  for (const variant of variants) {
    if (variant.stages.length > 0) {
      groups.push({ variant, rows: variant.stages.map((cohort, row) => ({ cohort, y: y + row * rowHeight })) });
      y += variant.stages.length * rowHeight + groupGap;
    }
  }
  return { groups, height: Math.max(0, y - groupGap) };
}

/** Stage bars of every cohort; parts add up to the whole. Undefined when no drawn variant has stages. */
export async function stageChart(
  result: Result,
  width: number,
  narrow: boolean,
  className: string,
  lookOf: (id: string) => Series = (id) => seriesOf(result, id),
): Promise<Markup | undefined> {
  const { groups, height } = layOut(drawnVariants(result));
  const totals = groups.flatMap((group) => group.rows.map((row) => row.cohort.totalMs));
  if (totals.length === 0) {
    return undefined;
  }
  const longest = Math.max(...groups.map((group) => textWidth(group.variant.id, 11)));
  const left = narrow ? 44 : Math.min(190, longest + 62);
  // A narrow chart has no room beside the bars for a name, so the name stands above its group.
  const frame: Frame = { width, height: height + 34 + (narrow ? groups.length * 18 : 0), left, right: 64, top: 30, bottom: 4 };
  const size = plotSize(frame);
  const top = linearTop(totals);
  const colours = new Map(stageColours(result.variants).map((each) => [each.stage, each]));
  const shift = (place: number) => (narrow ? (place + 1) * 18 : 0);
  const bars = groups.flatMap((group, place) => group.rows.flatMap((row) => parts(row, shift(place), colours, group.rows.length === 1)));
  const scale = { domain: [0, top], nice: false };
  const axis = { orient: 'top', values: [0, top / 2, top], labelExpr: tickNames(top), title: null, labelFlush: false };
  return renderChart(
    frame,
    {
      layer: [
        {
          data: { values: bars },
          mark: { type: 'rect', stroke: 'var(--surface)', strokeWidth: 0.75 },
          encoding: {
            x: { field: 'from', type: 'quantitative', scale, axis },
            x2: { field: 'to' },
            y: { field: 'y', type: 'quantitative', scale: null, axis: null },
            y2: { field: 'y2' },
            fill: { field: 'fill', type: 'nominal', scale: null, legend: null },
          },
        },
        ...bars.filter((bar) => bar.name !== undefined).flatMap((bar) => barLabel(bar, top, size.width)),
        ...groups.flatMap((group, place) => groupLabels(group, lookOf(group.variant.id).wordColour, shift(place), narrow, top, size.width)),
      ],
    },
    className,
  );
}

function tickNames(top: number): string {
  const names = Object.fromEntries(
    [0, top / 2, top].map((tick) => [String(tick), tick === top ? `${plainTick(tick)} ms` : plainTick(tick)]),
  );
  return `${JSON.stringify(names)}[toString(datum.value)]`;
}

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly y2: number;
  readonly fill: string;
  readonly ink: string;
  readonly name: string | undefined;
}

function parts({ cohort, y }: Row, shift: number, colours: ReadonlyMap<string, StageColour>, isOnly: boolean): Bar[] {
  let from = 0;
  return cohort.parts
    .filter((part) => part.ms > 0)
    .map((part) => {
      const start = from;
      from += part.ms;
      const colour = colours.get(part.stage);
      const name =
        (cohort.cohort === 'p99' || isOnly) && cohort.totalMs > 0
          ? `${chartText(part.stage)} ${percent(part.ms / cohort.totalMs)} %`
          : undefined;
      return {
        from: start,
        to: from,
        y: y + shift,
        y2: y + shift + barHeight,
        fill: colour?.fill ?? greys[0],
        ink: colour?.ink ?? 'var(--ink)',
        name,
      };
    });
}

function barLabel(bar: Bar, top: number, width: number): unknown[] {
  const room = ((bar.to - bar.from) / top) * width;
  const text = bar.name ?? '';
  return room > textWidth(text, 11) + 10
    ? [
        label({
          x: ((bar.from + bar.to) / 2 / top) * width,
          y: (bar.y + bar.y2) / 2 + 0.5,
          text,
          align: 'center',
          colour: bar.ink,
          weight: 500,
        }),
      ]
    : [];
}

function groupLabels({ variant, rows }: Group, wordColour: string, shift: number, narrow: boolean, top: number, width: number): unknown[] {
  const first = rows[0]?.y ?? 0;
  const middle = (row: Row) => row.y + shift + barHeight / 2;
  return [
    narrow
      ? label({ x: -44, y: first + shift - 9, text: variant.id, colour: wordColour, weight: 500 })
      : label({ x: -44, y: first + shift + barHeight / 2, text: variant.id, align: 'right', colour: wordColour, weight: 500 }),
    ...rows.flatMap((row) => [
      label({ x: -8, y: middle(row), text: row.cohort.cohort, align: 'right', colour: 'var(--ink3)' }),
      label({
        x: (row.cohort.totalMs / top) * width + 7,
        y: middle(row),
        text: joined(duration(row.cohort.totalMs)),
        colour: 'var(--ink)',
      }),
    ]),
  ];
}
