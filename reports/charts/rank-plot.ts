import type { WorkloadLenses } from '../../harness/contract/cache-replay.ts';
import type { CacheReplayStrings } from '../cache-replay/strings.ts';
import type { Markup } from '../markup.ts';
import { labelledTicks, logDomain, ticks125 } from './axis.ts';
import { type Frame, plotSize, renderChart } from './compile.ts';
import { label } from './layers.ts';
import { plainTick } from './percentiles.ts';

/** Requests per key by rank on two log axes, with the fitted law as a dashed line. Undefined below two ranks. */
export async function rankChart(
  { ranks }: WorkloadLenses,
  frame: Frame,
  s: CacheReplayStrings,
  className: string,
): Promise<Markup | undefined> {
  const observed = ranks.filter(({ requests }) => requests > 0);
  const xDomain = logDomain(observed.map(({ rank }) => rank));
  const yDomain = logDomain(observed.map(({ requests }) => requests));
  if (observed.length < 2 || xDomain === undefined || yDomain === undefined) {
    return undefined;
  }
  const size = plotSize(frame);
  const axis = (domain: readonly [number, number]) => {
    const ticks = labelledTicks(ticks125(...domain), 6);
    const names = Object.fromEntries(ticks.map((tick) => [String(tick), plainTick(tick)]));
    return { values: ticks, labelExpr: `${JSON.stringify(names)}[toString(datum.value)]`, labelOverlap: false, title: null };
  };
  const scale = (domain: readonly [number, number]) => ({ type: 'log', domain, nice: false });
  const x = { field: 'rank', type: 'quantitative', scale: scale(xDomain), axis: axis(xDomain) };
  const y = (field: string) => ({ field, type: 'quantitative', scale: scale(yDomain), axis: axis(yDomain) });
  const fitted = observed.filter((point) => point.fitted !== undefined && point.fitted >= yDomain[0] && point.fitted <= yDomain[1]);
  return renderChart(
    frame,
    {
      layer: [
        ...(fitted.length < 2
          ? []
          : [
              {
                data: { values: fitted },
                mark: { type: 'line', color: 'var(--s2)', strokeDash: [7, 3], strokeWidth: 1.75, interpolate: 'linear' },
                encoding: { x, y: y('fitted') },
              },
            ]),
        {
          data: { values: observed },
          mark: { type: 'point', shape: 'circle', filled: true, size: 14, color: 'var(--s1)', opacity: 1 },
          encoding: { x, y: y('requests') },
        },
        label({ x: size.width - 4, y: 8, text: s.popularity.observed, align: 'right', colour: 'var(--s1t)', weight: 500 }),
        ...(fitted.length < 2
          ? []
          : [label({ x: size.width - 4, y: 24, text: s.popularity.fitted, align: 'right', colour: 'var(--s2t)', weight: 500 })]),
        label({ x: 0, y: -12, text: s.popularity.yAxis, align: 'left', colour: 'var(--ink3)' }),
        label({ x: size.width / 2, y: size.height + 32, text: s.popularity.axis, align: 'center', colour: 'var(--ink3)' }),
      ],
    },
    className,
  );
}
