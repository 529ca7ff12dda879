import type { Markup } from '../markup.ts';
import { linearTop } from './axis.ts';
import { chartText, type Frame, plotSize, renderChart } from './compile.ts';
import { label, line } from './layers.ts';
import type { Series } from './looks.ts';
import { plainTick } from './percentiles.ts';
import { placeLabels } from './point-labels.ts';

interface Range {
  readonly low: number;
  readonly high: number;
}

export interface FrontierPoint {
  readonly name: string;
  readonly cost: number;
  readonly costInterval: Range | undefined;
  /** Seconds outside the goal. */
  readonly violation: number;
  readonly violationInterval: Range | undefined;
  readonly series: Series;
  /** Nothing is cheaper with fewer violations; drawn filled, and joined by the staircase. */
  readonly isBest: boolean;
}

/** 0, then a decade more at each line: what is 0 has its place, and one bad rule does not flatten the others. */
const decade = (value: number): number => Math.log10(1 + value);

function violationTicks(most: number): number[] {
  const ticks = [0];
  for (let tick = 1; tick < most * 10; tick *= 10) {
    ticks.push(tick);
  }
  return most <= 0 ? [0, 1] : ticks;
}

/** Cost against seconds outside the goal, one labelled point per rule. Undefined without a point. */
export async function frontierChart(
  points: readonly FrontierPoint[],
  frame: Frame,
  words: { readonly x: string; readonly y: string },
  className: string,
): Promise<Markup | undefined> {
  if (points.length === 0) {
    return undefined;
  }
  const size = plotSize(frame);
  const top = linearTop(points.flatMap(({ cost, costInterval }) => [cost, costInterval?.high ?? cost]));
  const ticks = violationTicks(Math.max(...points.map(({ violation, violationInterval }) => violationInterval?.high ?? violation)));
  const highest = decade(ticks.at(-1) ?? 1);
  const atX = (cost: number) => (cost / top) * size.width;
  const atY = (violation: number) => size.height * (1 - Math.min(1, decade(Math.max(0, violation)) / highest));
  const names = Object.fromEntries([0, top / 2, top].map((tick) => [String(tick), plainTick(tick)]));
  const x = {
    field: 'cost',
    type: 'quantitative',
    scale: { domain: [0, top], nice: false },
    axis: { values: [0, top / 2, top], labelExpr: `${JSON.stringify(names)}[toString(datum.value)]`, title: null, grid: true },
  };
  const best = points.filter(({ isBest }) => isBest).toSorted((a, b) => a.cost - b.cost);
  const lines = [
    ...best.slice(1).flatMap((point, place) => {
      const before = best[place] ?? point;
      return [
        { x: atX(before.cost), x2: atX(point.cost), y: atY(before.violation), y2: atY(before.violation), whiskerOf: undefined },
        { x: atX(point.cost), x2: atX(point.cost), y: atY(before.violation), y2: atY(point.violation), whiskerOf: undefined },
      ];
    }),
    ...points.flatMap(({ cost, costInterval, violation, violationInterval, series: { colour } }) => [
      ...(costInterval
        ? [{ x: atX(Math.max(0, costInterval.low)), x2: atX(costInterval.high), y: atY(violation), y2: atY(violation), whiskerOf: colour }]
        : []),
      ...(violationInterval
        ? [{ x: atX(cost), x2: atX(cost), y: atY(violationInterval.low), y2: atY(violationInterval.high), whiskerOf: colour }]
        : []),
    ]),
  ];
  // What is shorter than a pixel is hidden by its own mark.
  const visible = lines.filter(({ x: fromX, x2, y, y2 }) => Math.abs(x2 - fromX) + Math.abs(y2 - y) >= 1);
  // Rules that did the same stand on one point and share its label.
  const places = [...Map.groupBy(points, ({ cost, violation }) => `${Math.round(atX(cost))},${Math.round(atY(violation))}`).values()];
  const labels = placeLabels(
    places.flatMap((same) => {
      const [first] = same;
      return first === undefined
        ? []
        : [{ x: atX(first.cost), y: atY(first.violation), text: chartText(same.map(({ name }) => name).join(', ')) }];
    }),
    { width: size.width + frame.right - 4, height: size.height },
    visible.map(({ x: fromX, x2, y, y2 }) => ({
      left: Math.min(fromX, x2) - 1,
      right: Math.max(fromX, x2) + 1,
      top: Math.min(y, y2) - 1,
      bottom: Math.max(y, y2) + 1,
    })),
  );
  return renderChart(
    frame,
    {
      layer: [
        { data: { values: [{ cost: 0 }] }, mark: { type: 'point', opacity: 0 }, encoding: { x } },
        ...ticks.flatMap((tick) => [
          line({ x: 0, x2: size.width, y: atY(tick), y2: atY(tick) }, tick === 0 ? 'var(--rule)' : 'var(--hair)'),
          label({ x: -8, y: atY(tick), text: plainTick(tick), align: 'right', colour: 'var(--ink3)' }),
        ]),
        ...visible.map((each) => line(each, each.whiskerOf ?? 'var(--ink3)', each.whiskerOf === undefined ? 1 : 1.5)),
        ...labels
          .filter(({ isLed }) => isLed)
          .map(({ x: fromX, y: fromY, textX, textY }) => {
            const toX = Math.max(textX, Math.min(fromX, textX + 20));
            return line({ x: fromX, x2: toX, y: fromY, y2: textY + (textY < fromY ? 6 : -6) }, 'var(--ink3)', 0.6);
          }),
        ...points.map(({ cost, violation, series: { colour, shape }, isBest }) => ({
          data: { values: [{}] },
          mark: { type: 'point', shape, size: 52, stroke: colour, strokeWidth: 1.5, fill: isBest ? colour : 'var(--surface)', opacity: 1 },
          encoding: { x: { value: atX(cost) }, y: { value: atY(violation) } },
        })),
        ...labels.map(({ textX, textY, text }, place) => {
          const same = places[place] ?? [];
          return label({
            x: textX,
            y: textY,
            text,
            colour: same[0]?.series.wordColour ?? 'var(--ink2)',
            weight: same.some(({ isBest }) => isBest) ? 600 : 400,
          });
        }),
        label({ x: -frame.left + 4, y: -14, text: words.y, colour: 'var(--ink3)' }),
        label({ x: size.width / 2, y: size.height + 32, text: words.x, align: 'center', colour: 'var(--ink3)' }),
      ],
    },
    className,
  );
}
