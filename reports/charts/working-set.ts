import type { WorkloadLenses } from '../../harness/contract/cache-replay.ts';
import type { CacheReplayStrings } from '../cache-replay/strings.ts';
import type { Markup } from '../markup.ts';
import { count } from '../numbers.ts';
import { linearTop } from './axis.ts';
import { type Frame, plotSize, renderChart } from './compile.ts';
import { label } from './layers.ts';
import { seriesAt } from './looks.ts';

/** Distinct keys per window and from the beginning, over the trace. Undefined with fewer than two windows. */
export async function workingSetChart(
  { workingSet }: WorkloadLenses,
  frame: Frame,
  s: CacheReplayStrings,
  className: string,
): Promise<Markup | undefined> {
  if (workingSet.length < 2) {
    return undefined;
  }
  const size = plotSize(frame);
  const top = linearTop(workingSet.map(({ cumulative }) => cumulative));
  const names = Object.fromEntries([0, top / 2, top].map((tick) => [String(tick), count(Math.round(tick))]));
  const x = {
    field: 'requestShare',
    type: 'quantitative',
    scale: { domain: [0, 1], nice: false },
    axis: { values: [0, 0.25, 0.5, 0.75, 1], labelExpr: `format(datum.value * 100, '.0f')`, title: null },
  };
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { domain: [0, top], nice: false },
    axis: { values: [0, top / 2, top], labelExpr: `${JSON.stringify(names)}[toString(datum.value)]`, title: null },
  });
  const drawn = (field: 'distinct' | 'cumulative', index: number) => {
    const { colour, dash } = seriesAt(index);
    return {
      data: { values: workingSet },
      mark: { type: 'line', color: colour, strokeDash: dash, strokeWidth: 1.75, interpolate: 'linear' },
      encoding: { x, y: y(field) },
    };
  };
  const ends = [
    { text: s.workingSet.cumulative, y: workingSet.at(-1)?.cumulative ?? 0, index: 0 },
    { text: s.workingSet.window, y: workingSet.at(-1)?.distinct ?? 0, index: 1 },
  ];
  return renderChart(
    frame,
    {
      layer: [
        drawn('cumulative', 0),
        drawn('distinct', 1),
        ...ends.map((end) =>
          label({
            x: size.width - 2,
            y: Math.max(8, size.height * (1 - end.y / top) - 10),
            text: end.text,
            align: 'right',
            colour: seriesAt(end.index).wordColour,
            weight: 500,
          }),
        ),
        label({ x: size.width / 2, y: size.height + 32, text: s.workingSet.axis, align: 'center', colour: 'var(--ink3)' }),
      ],
    },
    className,
  );
}
