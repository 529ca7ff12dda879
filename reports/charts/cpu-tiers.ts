import type { Result, ResultVariant } from '../../harness/contract/result.ts';
import { type Tier, tierSchema } from '../../harness/contract/topology.ts';
import type { Markup } from '../markup.ts';
import { significant } from '../numbers.ts';
import { textWidth } from '../text-width.ts';
import { linearTop } from './axis.ts';
import { type Frame, plotSize, renderChart } from './compile.ts';
import { box, label } from './layers.ts';
import { plainTick } from './percentiles.ts';
import { seriesOf } from './series.ts';

/** The tiers that sharding loads have colour; every other one is a grey. */
const fills: Record<Tier, { readonly fill: string; readonly ink: string }> = {
  gateway: { fill: 'var(--g1)', ink: 'var(--ink)' },
  query: { fill: 'var(--stage-wait)', ink: 'var(--stage-wait-ink)' },
  redis: { fill: 'var(--g5)', ink: 'var(--ink)' },
  indexer: { fill: 'var(--g2)', ink: 'var(--ink)' },
  provider: { fill: 'var(--g4)', ink: 'var(--ink)' },
  vector: { fill: 'var(--stage-search)', ink: 'var(--stage-search-ink)' },
  postgres: { fill: 'var(--g3)', ink: 'var(--ink)' },
};

/** The tiers that appear, in the order in which a request meets them, each with its fill. */
export function tierFills(variants: readonly ResultVariant[]): { readonly tier: Tier; readonly fill: string }[] {
  const present = new Set(variants.flatMap(({ costs }) => costs?.cpuByTier.map(({ tier }) => tier) ?? []));
  return tierSchema.options.filter((tier) => present.has(tier)).map((tier) => ({ tier, fill: fills[tier].fill }));
}

const totalOf = ({ costs }: ResultVariant) => costs?.cpuByTier.reduce((sum, { cpuSecondsPer1k }) => sum + cpuSecondsPer1k, 0) ?? 0;

/** CPU seconds per 1,000 requests, one bar per variant, its tiers stacked. Undefined where no process was observed. */
export async function cpuTierChart(result: Result, width: number, narrow: boolean, className: string): Promise<Markup | undefined> {
  const shown = result.variants.filter((variant) => totalOf(variant) > 0);
  if (shown.length === 0) {
    return undefined;
  }
  const top = linearTop(shown.map(totalOf));
  const rowHeight = narrow ? 38 : 24;
  const longest = Math.max(...shown.map(({ id }) => textWidth(id, 11)));
  const frame: Frame = {
    width,
    height: shown.length * rowHeight + 32,
    left: narrow ? 6 : Math.min(210, longest + 12),
    right: 56,
    top: 26,
    bottom: 4,
  };
  const size = plotSize(frame);
  const atX = (seconds: number) => (seconds / top) * size.width;
  const rows = shown.flatMap((variant, place) => {
    const y = place * rowHeight + (narrow ? 18 : 4);
    const middle = y + 8;
    let from = 0;
    const parts = (variant.costs?.cpuByTier ?? []).flatMap(({ tier, cpuSecondsPer1k }) => {
      const [x, x2] = [atX(from), atX(from + cpuSecondsPer1k)];
      from += cpuSecondsPer1k;
      const text = significant(cpuSecondsPer1k);
      return [
        box({ x, x2: Math.max(x, x2 - 0.75), y, y2: y + 15 }, fills[tier].fill),
        ...(x2 - x > textWidth(text, 11) + 8
          ? [label({ x: (x + x2) / 2, y: middle, text, align: 'center', colour: fills[tier].ink })]
          : []),
      ];
    });
    const { wordColour } = seriesOf(result, variant.id);
    return [
      ...parts,
      narrow
        ? label({ x: 0, y: y - 9, text: variant.id, colour: wordColour, weight: 500 })
        : label({ x: -8, y: middle, text: variant.id, align: 'right', colour: wordColour, weight: 500 }),
      label({ x: atX(from) + 7, y: middle, text: significant(totalOf(variant)), colour: 'var(--ink)', weight: 500 }),
    ];
  });
  return renderChart(frame, { layer: [axisLayer(top, size.height), ...rows] }, className);
}

function axisLayer(top: number, height: number): unknown {
  const ticks = [0, top / 2, top];
  const names = Object.fromEntries(ticks.map((tick) => [String(tick), tick === top ? `${plainTick(tick)} s` : plainTick(tick)]));
  return {
    data: { values: [{ seconds: 0 }] },
    mark: { type: 'rule', opacity: 0 },
    encoding: {
      x: {
        field: 'seconds',
        type: 'quantitative',
        scale: { domain: [0, top], nice: false },
        axis: { orient: 'top', values: ticks, labelExpr: `${JSON.stringify(names)}[toString(datum.value)]`, title: null, labelFlush: true },
      },
      y: { value: 0 },
      y2: { value: height },
    },
  };
}
