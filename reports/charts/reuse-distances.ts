import type { CacheReplay } from '../../harness/contract/cache-replay.ts';
import { sizeText } from '../cache-replay/figures.ts';
import type { CacheReplayStrings } from '../cache-replay/strings.ts';
import type { Markup } from '../markup.ts';
import { count, percent } from '../numbers.ts';
import { textWidth } from '../text-width.ts';
import { linearTop } from './axis.ts';
import { type Frame, plotSize, renderChart } from './compile.ts';
import { box, hatch, label, limitDash, line } from './layers.ts';

/** Share of all requests by reuse distance in powers of two; first requests stand apart, hatched. */
export async function reuseChart(result: CacheReplay, frame: Frame, s: CacheReplayStrings, className: string): Promise<Markup | undefined> {
  const { buckets, firstShare } = result.lenses.reuse;
  if (buckets.length === 0) {
    return undefined;
  }
  const size = plotSize(frame);
  const top = linearTop([firstShare, ...buckets.map(({ share }) => share)]);
  const columns = buckets.length + 1.5;
  const step = size.width / columns;
  const atY = (share: number) => size.height * (1 - share / top);
  const bar = (place: number, share: number, fill: string) =>
    box({ x: place * step + 1, x2: (place + 1) * step - 1, y: atY(share), y2: size.height }, fill);
  const grid = [0, 0.5, 1].flatMap((part) => [
    line({ x: 0, x2: size.width, y: atY(part * top), y2: atY(part * top) }, 'var(--hair)'),
    label({ x: -6, y: atY(part * top), text: part === 0 ? '0 %' : `${percent(part * top)} %`, align: 'right', colour: 'var(--ink3)' }),
  ]);
  const every = Math.max(1, Math.ceil((textWidth(count(buckets.at(-1)?.upTo ?? 1), 11) + 8) / step));
  const ticks = buckets.flatMap(({ upTo }, place) =>
    place % every === (buckets.length - 1) % every
      ? [label({ x: (place + 0.5) * step, y: size.height + 12, text: count(upTo), align: 'center', colour: 'var(--ink3)' })]
      : [],
  );
  return renderChart(
    frame,
    {
      layer: [
        ...grid,
        ...buckets.map(({ share }, place) => bar(place, share, 'var(--s1)')),
        bar(buckets.length + 0.5, firstShare, hatch),
        ...ticks,
        label({ x: (buckets.length + 1) * step, y: atY(firstShare) - 8, text: s.reuse.first, align: 'center' }),
        ...comparedLine(result, step, size, s),
        label({ x: size.width / 2, y: size.height + 32, text: s.reuse.axis, align: 'center', colour: 'var(--ink3)' }),
      ],
    },
    className,
  );
}

/** LRU finds what is left of this line. */
function comparedLine(result: CacheReplay, step: number, size: { width: number; height: number }, s: CacheReplayStrings): unknown[] {
  const { buckets } = result.lenses.reuse;
  const place = Math.log2(result.comparedSize) + 1;
  if (result.limit === 'bytes' || place > buckets.length) {
    return [];
  }
  const x = place * step;
  const text = s.curve.compared(sizeText(result, result.comparedSize, s));
  const right = x + textWidth(text, 11) + 8 > size.width;
  return [
    line({ x, x2: x, y: 0, y2: size.height }, 'var(--ink2)', 1, limitDash),
    label({
      x: right ? Math.max(textWidth(text, 11), x - 6) : x + 6,
      y: -10,
      text,
      align: right ? 'right' : 'left',
      colour: 'var(--ink3)',
    }),
  ];
}
