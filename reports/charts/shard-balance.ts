import type { Result } from '../../harness/contract/result.ts';
import type { Markup } from '../markup.ts';
import { significant } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { textWidth } from '../text-width.ts';
import { type Frame, plotSize, renderChart } from './compile.ts';
import { box, label, line } from './layers.ts';
import { seriesOf } from './series.ts';

/** Every shard as a mark on the axis points ÷ mean, one row per variant. Undefined where no variant has several shards. */
export async function shardBalanceChart(
  result: Result,
  width: number,
  narrow: boolean,
  s: Strings,
  className: string,
): Promise<Markup | undefined> {
  const shown = result.variants.flatMap((variant) => {
    const total = variant.shards.reduce((sum, { points }) => sum + points, 0);
    return variant.shards.length > 1 && total > 0
      ? [{ variant, ratios: variant.shards.map(({ points }) => (points * variant.shards.length) / total) }]
      : [];
  });
  if (shown.length === 0) {
    return undefined;
  }
  const all = shown.flatMap(({ ratios }) => ratios);
  const reach = Math.max(0.1, ...all.map((ratio) => Math.abs(ratio - 1))) * 1.1;
  const [low, high] = [Math.max(0, 1 - reach), 1 + reach];
  const rowHeight = narrow ? 40 : 24;
  const longest = Math.max(...shown.map(({ variant }) => textWidth(variant.id, 11)));
  const figures = shown.map(({ variant, ratios }) => {
    const gini = variant.metrics['shard-gini'];
    return s.balance.figures(significant(Math.max(...ratios)), gini === undefined ? undefined : significant(gini.value));
  });
  const longestFigures = Math.max(...figures.map((text) => textWidth(text, 11)));
  const frame: Frame = narrow
    ? { width, height: shown.length * rowHeight + 32, left: 8, right: 8, top: 26, bottom: 4 }
    : { width, height: shown.length * rowHeight + 32, left: Math.min(210, longest + 12), right: longestFigures + 24, top: 26, bottom: 4 };
  const size = plotSize(frame);
  const atX = (ratio: number) => ((ratio - low) / (high - low)) * size.width;
  const rows = shown.flatMap(({ variant, ratios }, place) => {
    const y = place * rowHeight + (narrow ? 28 : rowHeight / 2);
    const { colour, wordColour } = seriesOf(result, variant.id);
    const text = figures[place] ?? '';
    return [
      box({ x: 0, x2: size.width, y: y - 0.5, y2: y + 0.5 }, 'var(--hair)'),
      // Thin bars lie on each other where shards are even; half the ink lets the reader see how many.
      ...ratios.map((ratio) => box({ x: atX(ratio) - 1.5, x2: atX(ratio) + 1.5, y: y - 7, y2: y + 7 }, colour, 0.6)),
      narrow
        ? label({ x: -8, y: y - 18, text: variant.id, colour: wordColour, weight: 500 })
        : label({ x: -8, y, text: variant.id, align: 'right', colour: wordColour, weight: 500 }),
      narrow
        ? label({ x: size.width + 8, y: y - 18, text, align: 'right', colour: 'var(--ink)' })
        : label({ x: size.width + 12, y, text, colour: 'var(--ink)' }),
    ];
  });
  const tick = (ratio: number, text: string, align: 'left' | 'center' | 'right') =>
    label({ x: atX(ratio), y: -12, text, align, colour: 'var(--ink3)' });
  const axis = [
    tick(low, `${significant(low)} ×`, 'left'),
    tick(1, s.balance.mean, 'center'),
    tick(high, `${significant(high)} ×`, 'right'),
    line({ x: atX(1), x2: atX(1), y: 0, y2: size.height }, 'var(--ink2)', 1, [1, 2.5]),
  ];
  return renderChart(frame, { layer: [...axis, ...rows] }, className);
}
