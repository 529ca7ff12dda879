import type { SimulatedRun } from '../../harness/contract/simulation.ts';
import { html, type Markup } from '../markup.ts';
import type { Strings } from '../strings.ts';
import { linearTop, spreadLabels, wholeTicks } from './axis.ts';
import { limitDash } from './layers.ts';
import type { Series } from './looks.ts';
import { plainTick } from './percentiles.ts';
import { stepPath, type TimedStep } from './step-path.ts';
import { timeTicks } from './time-axis.ts';

/** What all panels of one load share, so that they can be read against each other. */
export interface ReplicaScale {
  readonly seconds: number;
  /** The last one is the top of the axis. */
  readonly replicaTicks: readonly number[];
  readonly rateTop: number;
}

type Bound = { readonly name: string; readonly steps: readonly TimedStep[]; readonly dash: readonly number[] };

export interface ReplicaPanel {
  readonly series: Series;
  readonly ready: readonly TimedStep[];
  readonly demand: readonly TimedStep[];
  readonly bounds: readonly Bound[];
  /** Mean offered rate by time. */
  readonly offered: readonly TimedStep[];
  /** Spans outside the goal. */
  readonly outside: readonly { readonly fromSeconds: number; readonly toSeconds: number }[];
}

const left = 36;
const top = 6;
const gap = 10;
const axisHeight = 20;
const labelGap = 13;

/** Narrow panels stand in a grid under one key; wide ones carry direct labels. */
export interface ReplicaFrame {
  readonly width: number;
  readonly offeredHeight: number;
  readonly height: number;
  readonly right: number;
}

export const narrowReplicas: ReplicaFrame = { width: 310, offeredHeight: 26, height: 84, right: 8 };
export const halfReplicas: ReplicaFrame = { width: 628, offeredHeight: 34, height: 130, right: 100 };
export const wideReplicas: ReplicaFrame = { width: 1312, offeredHeight: 44, height: 200, right: 128 };

/** Replica steps of a run in the shape of a chart. */
export function chartSteps(steps: SimulatedRun['ready']): TimedStep[] {
  return steps.map(({ atSeconds, replicas }) => ({ atSeconds, value: replicas }));
}

/** The scale that holds all panels. */
export function replicaScale(seconds: number, panels: readonly ReplicaPanel[]): ReplicaScale {
  const most = (steps: readonly TimedStep[]) => steps.map(({ value }) => value);
  const replicas = panels.flatMap(({ ready, demand, bounds }) => [
    ...most(ready),
    ...most(demand),
    ...bounds.flatMap(({ steps }) => most(steps)),
  ]);
  return {
    seconds,
    replicaTicks: wholeTicks(Math.max(0, ...replicas), 4),
    rateTop: linearTop(panels.flatMap(({ offered }) => most(offered))),
  };
}

interface Layout {
  readonly x0: number;
  readonly x1: number;
  readonly y1: number;
  readonly atX: (seconds: number) => number;
  readonly atY: (replicas: number) => number;
  readonly atRate: (rate: number) => number;
}

function layOut(scale: ReplicaScale, { width, right, offeredHeight, height }: ReplicaFrame): Layout {
  const [x0, x1, y1] = [left, width - right, top + offeredHeight + gap + height];
  const replicaTop = scale.replicaTicks.at(-1) ?? 1;
  return {
    x0,
    x1,
    y1,
    atX: (seconds) => x0 + (Math.min(seconds, scale.seconds) / scale.seconds) * (x1 - x0),
    atY: (value) => y1 - Math.min(1, value / replicaTop) * height,
    atRate: (value) => top + offeredHeight * (1 - Math.min(1, value / scale.rateTop)),
  };
}

/** What panels of one load and one system have in common: axes, offered load, demand and the bounds. */
export function replicaGround(panel: ReplicaPanel, scale: ReplicaScale, frame: ReplicaFrame): Markup {
  const { width, offeredHeight } = frame;
  const { x0, x1, y1, atX, atY, atRate } = layOut(scale, frame);
  const demand = stepPath(panel.demand, scale.seconds, { atX, atY });
  const offered = stepPath(panel.offered, scale.seconds, { atX, atY: atRate });
  const ticks = timeTicks(scale.seconds, width > 600 ? 8 : 4);
  return html`${demand !== '' && html`<path class="replica-demand" d="${demand}V${tenth(y1)}H${tenth(atX(firstOf(panel.demand)))}Z"/>`}<path class="replica-hair" d="M${x0},${y1}H${x1}M${x0},${top + offeredHeight}H${x1}${ticks.map(
    ({ atSeconds }) => `M${tenth(atX(atSeconds))},${y1}v3`,
  )}"/>${offered !== '' && html`<path class="replica-offered" d="${offered}"/>`}${panel.bounds.map(
    ({ steps, dash }) =>
      html`<path class="replica-bound" stroke-dasharray="${dash.join(' ')}" d="${stepPath(steps, scale.seconds, { atX, atY })}"/>`,
  )}<text x="${x0 - 6}" y="${top + 8}" text-anchor="end">${plainTick(scale.rateTop)}/s</text>${scale.replicaTicks.map(
    (tick) => html`<text x="${x0 - 6}" y="${tenth(atY(tick) + 4)}" text-anchor="end">${plainTick(tick)}</text>`,
  )}${ticks.map(
    ({ atSeconds, text }, place) =>
      html`<text x="${tenth(Math.min(atX(atSeconds), width - 2))}" y="${y1 + 15}" text-anchor="${place === 0 ? 'start' : atX(atSeconds) > width - 24 ? 'end' : 'middle'}">${text}</text>`,
  )}`;
}

/** Offered load above, replicas below: demand as ground, the rule as steps, the bounds dashed, spans outside the goal shaded. */
export function replicaPanel(
  panel: ReplicaPanel,
  ground: Markup,
  scale: ReplicaScale,
  frame: ReplicaFrame,
  s: Strings,
  className: string,
): Markup {
  const { width, right } = frame;
  const { x1, y1, atX, atY, atRate } = layOut(scale, frame);
  const ready = stepPath(panel.ready, scale.seconds, { atX, atY });
  const total = y1 + axisHeight;
  return html`<svg xmlns="http://www.w3.org/2000/svg" class="replicas ${className}" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" font-size="11" aria-hidden="true"><path class="replica-miss" d="${outsidePath(panel, atX, top, y1)}"/>${ground}${
    ready !== '' && html`<path class="replica-ready" stroke="${panel.series.colour}" d="${ready}"/>`
  }${right > 60 && endLabels(panel, { atY }, { x: x1 + 8, low: y1 }, atRate, s)}</svg>`;
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
const firstOf = (steps: readonly TimedStep[]): number => Math.max(0, steps[0]?.atSeconds ?? 0);

function outsidePath({ outside }: ReplicaPanel, atX: (seconds: number) => number, low: number, high: number): string {
  return outside
    .map(({ fromSeconds, toSeconds }) => {
      const x = atX(fromSeconds);
      // Half a pixel at least: a short violation in a long run is one all the same.
      return `M${tenth(x)},${low}h${tenth(Math.max(0.5, atX(toSeconds) - x))}V${high}H${tenth(x)}Z`;
    })
    .join('');
}

function endLabels(
  { series, ready, demand, bounds, offered }: ReplicaPanel,
  { atY }: { readonly atY: (value: number) => number },
  place: { readonly x: number; readonly low: number },
  atRate: (value: number) => number,
  s: Strings,
): Markup {
  const ends = [
    { name: s.scaling.load.ready, steps: ready, colour: series.wordColour, weight: 500 },
    { name: s.scaling.load.demand, steps: demand, colour: 'var(--ink3)', weight: 400 },
    ...bounds.map(({ name, steps }) => ({ name, steps, colour: 'var(--ink2)', weight: 400 })),
  ].flatMap((each) => {
    const last = each.steps.at(-1);
    return last === undefined ? [] : [{ ...each, y: atY(last.value) }];
  });
  const spread = spreadLabels(
    ends.map(({ y }) => y),
    labelGap,
    place.low,
  );
  const rate = offered.at(-1);
  return html`${ends.map(
    ({ name, colour, weight }, index) =>
      html`<text x="${place.x}" y="${tenth((spread[index] ?? 0) + 4)}" fill="${colour}" font-weight="${weight}">${name}</text>`,
  )}${rate && html`<text x="${place.x}" y="${tenth(atRate(rate.value) + 4)}">${s.scaling.load.offered}</text>`}`;
}

export const boundDash = { 'static-at-peak': limitDash, clairvoyant: [6, 3] } as const;
