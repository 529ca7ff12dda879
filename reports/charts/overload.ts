import type { OverloadResult } from '../../harness/contract/overload.ts';
import type { ServerSeries } from '../../harness/contract/server-series.ts';
import type { Markup } from '../markup.ts';
import type { Strings } from '../strings.ts';
import { linearTop, spreadLabels } from './axis.ts';
import { type Frame, plotSize, renderChart } from './compile.ts';
import { label, limitDash, line } from './layers.ts';
import { plainTick } from './percentiles.ts';

/** What one panel of a ramp shows. */
export type OverloadPanel = keyof Strings['overload']['resource'];

export interface OverloadFrame extends Frame {
  /** The last panel carries the x axis. */
  readonly axis: boolean;
  readonly narrow: boolean;
}

const panelHeights: Record<OverloadPanel, number> = { response: 96, rate: 74, memory: 58, connections: 58, processor: 58 };

export function overloadFrame(panel: OverloadPanel, width: number, narrow: boolean, axis: boolean): OverloadFrame {
  const bottom = axis ? 22 : 6;
  return { width, height: panelHeights[panel] + 8 + bottom, left: 44, right: narrow ? 72 : 76, top: 8, bottom, axis, narrow };
}

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly points: readonly { readonly second: number; readonly value: number | null }[];
}

const mebibyte = 1024 * 1024;
const perMille = 1000;

const byTier = (servers: readonly ServerSeries[], tier: ServerSeries['tier']) => servers.filter((server) => server.tier === tier);

function ofServer(server: ServerSeries, value: (point: ServerSeries['points'][number]) => number | undefined): Line['points'] {
  return server.points.map((point) => ({ second: point.seconds, value: value(point) ?? null }));
}

/** Everything that a panel draws; empty where nothing of it was seen. */
export function overloadLines(panel: OverloadPanel, { seconds, servers }: OverloadResult, s: Strings): Line[] {
  const middle = (second: number) => second + 0.5;
  switch (panel) {
    case 'response':
      return (['p95', 'p50'] as const).map((name) => ({
        name,
        colour: name === 'p50' ? 'var(--s1)' : 'var(--ink3)',
        points: seconds.map(({ second, responseMs }) => ({
          second: middle(second),
          value: responseMs === undefined ? null : responseMs[name] / perMille,
        })),
      }));
    case 'rate':
      return [
        {
          name: s.overload.arrived,
          colour: 'var(--ink3)',
          dash: [3, 2],
          points: seconds.map(({ second, arrivals }) => ({ second: middle(second), value: arrivals })),
        },
        {
          name: s.overload.answered,
          colour: 'var(--s1)',
          points: seconds.map(({ second, succeeded }) => ({ second: middle(second), value: succeeded })),
        },
        ...(seconds.some(({ arrivals, succeeded }) => succeeded < arrivals)
          ? [
              {
                name: s.overload.failed,
                colour: 'var(--fail)',
                points: seconds.map(({ second, arrivals, succeeded }) => ({ second: middle(second), value: arrivals - succeeded })),
              },
            ]
          : []),
      ];
    case 'memory':
      return byTier(servers, 'query')
        .filter(({ points }) => points.some(({ heapUsedBytes }) => heapUsedBytes !== undefined))
        .map((server) => ({
          name: server.id,
          colour: 'var(--s1)',
          points: ofServer(server, ({ heapUsedBytes }) => (heapUsedBytes === undefined ? undefined : heapUsedBytes / mebibyte)),
        }));
    case 'connections':
      return byTier(servers, 'query').flatMap((server) => [
        {
          name: s.overload.inUse,
          colour: 'var(--ink3)',
          points: ofServer(server, ({ pools }) => pools?.find(({ peer }) => peer === 'vector')?.inUse),
        },
        {
          name: s.overload.waiting,
          colour: 'var(--s1)',
          points: ofServer(server, ({ pools }) => pools?.find(({ peer }) => peer === 'vector')?.waiting),
        },
      ]);
    case 'processor':
      return servers
        .filter(({ points }) => points.some(({ cpuCores = 0 }) => cpuCores >= 0.25))
        .slice(0, 4)
        .map((server, place) => ({
          name: server.id,
          colour: `var(--s${place + 1})`,
          points: ofServer(server, ({ cpuCores }) => cpuCores),
        }));
  }
}

/** The limit that belongs to a panel, drawn as one. */
function limitOf(panel: OverloadPanel, { topology }: OverloadResult): number | undefined {
  if (panel === 'memory') {
    return topology.query.heapMiB;
  }
  return panel === 'connections' ? topology.query.vectorConnections : undefined;
}

/** Words need more contrast than lines. */
const wordColour = (colour: string) => (colour === 'var(--ink3)' ? 'var(--ink2)' : colour.replace(/^var\(--s(\d)\)$/, 'var(--s$1t)'));

/** One panel of a ramp over time, with the moment at which something gave out. */
export async function overloadPanel(
  panel: OverloadPanel,
  overload: OverloadResult,
  frame: OverloadFrame,
  s: Strings,
  className: string,
): Promise<Markup> {
  const { ramp, first } = overload;
  const size = plotSize(frame);
  const lines = overloadLines(panel, overload, s);
  const limit = limitOf(panel, overload);
  const values = lines.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []));
  const top = linearTop([...values, ...(limit === undefined ? [] : [limit])]);
  const ticks = [0, top / 2, top].filter((tick) => panel !== 'connections' || Number.isInteger(tick));
  const names = Object.fromEntries(ticks.map((tick) => [String(tick), plainTick(tick)]));
  const step = [5, 10, 15, 30, 60].find((each) => ramp.seconds / each <= 8) ?? 120;
  const x = {
    field: 'second',
    type: 'quantitative',
    scale: { domain: [0, ramp.seconds], nice: false },
    axis: {
      values: Array.from({ length: Math.floor(ramp.seconds / step) + 1 }, (_, index) => index * step),
      grid: false,
      labels: frame.axis,
      labelExpr: "datum.value === 0 ? '0 s' : toString(datum.value)",
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
  const atX = (second: number) => (Math.min(second, ramp.seconds) / ramp.seconds) * size.width;
  const atY = (value: number) => size.height * (1 - Math.min(1, value / top));
  const ends = lines.map(({ points }) => atY(points.findLast(({ value }) => value !== null)?.value ?? 0));
  const spread = spreadLabels(ends, 13, size.height);
  return renderChart(
    frame,
    {
      layer: [
        // Without a point a panel would have no axes.
        { data: { values: [{ second: 0, value: 0 }] }, mark: { type: 'point', opacity: 0 }, encoding: { x, y } },
        ...lines.map(({ colour, dash = [], points }) => ({
          data: { values: points },
          mark: {
            type: 'line',
            color: colour,
            strokeWidth: 1.5,
            strokeDash: dash,
            clip: true,
            invalid: 'break-paths-show-domains',
            // A second between two without an answer would otherwise not be seen.
            point: { size: 7, filled: true, color: colour },
          },
          encoding: { x, y },
        })),
        ...(limit === undefined
          ? []
          : [
              line({ x: 0, x2: size.width, y: atY(limit), y2: atY(limit) }, 'var(--ink2)', 1, limitDash),
              label({ x: 4, y: atY(limit) - 8, text: s.overload.limit }),
            ]),
        ...(first.atSecond === undefined
          ? []
          : [
              line({ x: atX(first.atSecond), x2: atX(first.atSecond), y: 0, y2: size.height }, 'var(--fail)', 1, [4, 3]),
              ...(panel === 'response'
                ? [label({ x: atX(first.atSecond) + 5, y: 8, text: s.overload.kind[first.kind], colour: 'var(--fail)', weight: 600 })]
                : []),
            ]),
        line({ x: 0, x2: size.width, y: size.height, y2: size.height }, 'var(--rule)'),
        ...lines.map(({ name, colour }, place) =>
          label({ x: size.width + 8, y: spread[place] ?? 0, text: name, colour: wordColour(colour) }),
        ),
      ],
    },
    className,
  );
}
